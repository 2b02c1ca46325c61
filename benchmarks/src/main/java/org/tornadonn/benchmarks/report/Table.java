package org.tornadonn.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.benchmarks.result.RunRecord;

/**
 * What a report says in rows, however it is written.
 *
 * @param names how many columns from the left are text; the others are numbers
 */
record Table(List<String> heads, List<List<String>> rows, int names) {
    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Where, when and with what: a column per engine. */
    static Table about(Results results) {
        List<RunRecord> runs = results.runs().stream().map(EngineRun::run).toList();
        List<List<String>> rows = new ArrayList<>();
        about(rows, "command", runs, RunRecord::command);
        about(rows, "date", runs, RunRecord::date);
        about(rows, "tornado-nn", runs, r -> r.version() + (r.commit() == null ? "" : ", commit " + r.commit()));
        about(rows, "engine", runs, RunRecord::engine);
        about(
                rows,
                "machine",
                runs,
                r -> r.cpu() + ", " + r.cores() + " processors"
                        + (r.load() < 0 ? "" : ", load " + r.load() + " before the run"));
        about(rows, "system", runs, RunRecord::os);
        about(rows, "JDK", runs, RunRecord::jdk);
        List<String> heads = new ArrayList<>(List.of(""));
        runs.forEach(r -> heads.add(r.engineOption()));
        return new Table(heads, rows, heads.size());
    }

    private static void about(
            List<List<String>> rows, String name, List<RunRecord> runs, Function<RunRecord, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        runs.forEach(r -> row.add(cell.apply(r)));
        rows.add(row);
    }

    /** All that a device did by itself. */
    static Table figures(EngineRun run, DeviceRecord device) {
        return new Table(
                Figures.HEADS,
                run.alone(device.index()).stream()
                        .map(m -> Figures.cells(m, run.device(m)))
                        .toList(),
                3);
    }

    /** DyT against LayerNorm. */
    static Table norms(List<NormPairs> pairs) {
        return new Table(
                List.of("", "LayerNorm", "DyT", "DyT is faster by"),
                pairs.stream()
                        .map(p -> List.of(
                                p.name(),
                                Figures.time(p.layerNorm().time().median()),
                                Figures.time(p.dyt().time().median()),
                                Figures.digits(p.speedup()) + " times"))
                        .toList(),
                1);
    }

    /** What more than one engine or device did, in columns. */
    static Table sideBySide(Comparison comparison) {
        List<String> heads = new ArrayList<>(List.of("op", "pass", "size"));
        List<String> shares = new ArrayList<>();
        String first = null;
        for (Comparison.Column column : comparison.columns()) {
            String name = Figures.column(column);
            heads.add(name);
            if (first == null) {
                first = name;
            } else {
                heads.add(name + " / " + first);
            }
            shares.add(name + " of peak");
        }
        heads.addAll(shares);
        return new Table(
                heads,
                shared(comparison).stream()
                        .map(row -> sideBySide(comparison.columns(), row))
                        .toList(),
                3);
    }

    /** Rows of which there is more than one, without those that were run in turns with other libraries. */
    static List<Comparison.Row> shared(Comparison comparison) {
        return comparison.rows().stream()
                .filter(row -> row.cells().stream()
                                .map(Comparison.Cell::measurement)
                                .filter(m -> m != null && !m.beside())
                                .count()
                        > 1)
                .toList();
    }

    private static List<String> sideBySide(List<Comparison.Column> columns, Comparison.Row row) {
        Measurement any = row.cells().stream()
                .map(Comparison.Cell::measurement)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        List<String> cells = new ArrayList<>(List.of(any.op(), any.pass(), any.shape()));
        List<String> shares = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Comparison.Cell cell = row.cells().get(i);
            Measurement m = cell.measurement();
            cells.add(m == null ? "" : Figures.timeOrFailure(m));
            if (i > 0) {
                cells.add(cell.verdict() == Comparison.Verdict.MISSING ? "" : Figures.digits(cell.ratio()));
            }
            DeviceRecord device = columns.get(i).device();
            boolean known = m != null && !m.failed() && device.peaks() != null;
            shares.add(known ? Figures.percent(m.share(device.peaks())) : "");
        }
        cells.addAll(shares);
        return cells;
    }

    /** Training steps of all engines and devices, model by model. */
    static Table training(Results results) {
        Map<String, List<List<String>>> models = new LinkedHashMap<>();
        for (EngineRun run : results.runs()) {
            for (DeviceRecord device : run.devices()) {
                for (Measurement m : run.alone(device.index())) {
                    if (m.images() > 0) {
                        List<String> figures = Figures.cells(m, run.device(m));
                        List<String> row = new ArrayList<>(List.of(
                                m.shape(),
                                m.pass(),
                                Figures.column(new Comparison.Column(run.run(), device)),
                                Figures.timeOrFailure(m)));
                        row.addAll(figures.subList(Figures.HEADS.indexOf("first"), figures.size()));
                        row.add(m.deviceBytes() == null ? "" : Figures.size(m.deviceBytes()));
                        row.add(m.processBytes() == null ? "" : Figures.size(m.processBytes()));
                        models.computeIfAbsent(m.item(), _ -> new ArrayList<>()).add(row);
                    }
                }
            }
        }
        return new Table(
                List.of("model", "norm", "engine", "step", "first step", "images/s", "on the device", "in RAM"),
                models.values().stream().flatMap(List::stream).toList(),
                3);
    }

    /** What was run in turns with other libraries. */
    static Table peers(EngineRun run) {
        List<List<String>> rows = new ArrayList<>();
        for (Measurement m : run.measurements()) {
            if (m.beside()) {
                String pass = m.pass().substring(0, m.pass().length() - Measurement.BESIDE.length());
                rows.add(List.of(
                        m.op() + " " + pass,
                        m.shape(),
                        m.contender(),
                        Figures.timeOrFailure(m),
                        m.failed() ? "" : Figures.time(m.time().best()),
                        m.failed() ? "" : Figures.percent(m.time().spread()),
                        m.failed() ? "" : Figures.wall(m),
                        m.failed() || m.images() == 0 ? "" : Figures.imageRate(m)));
            }
        }
        return new Table(List.of("op", "size", "library", "time", "best", "±", "wall", ""), rows, 3);
    }
}
