package org.tornadonn.benchmarks.result;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Runs side by side: one column per engine's run and device, the first the one that the others are held against. */
public record Comparison(List<Column> columns, List<Row> rows) {
    /** Below this, a difference is not called one, however steady the samples are. */
    private static final double LEAST = 0.05;

    /** A device of an engine's run. */
    public record Column(RunRecord run, DeviceRecord device) {}

    public enum Verdict {
        SAME,
        FASTER,
        SLOWER,
        MISSING
    }

    /**
     * @param measurement null where the run has none; may have failed
     * @param ratio median over that of the first column
     */
    public record Cell(Measurement measurement, double ratio, Verdict verdict) {}

    public record Row(String item, List<Cell> cells) {}

    /** Every item that any of the runs has measured. */
    public static Comparison of(List<Results> files) {
        List<Column> columns = new ArrayList<>();
        List<List<Measurement>> lists = new ArrayList<>();
        Set<String> items = new LinkedHashSet<>();
        for (EngineRun run : files.stream().flatMap(f -> f.runs().stream()).toList()) {
            run.measured().forEach(m -> items.add(m.item()));
            for (DeviceRecord device : run.devices()) {
                columns.add(new Column(run.run(), device));
                lists.add(run.measurements().stream()
                        .filter(m -> m.device() == device.index() || m.device() < 0)
                        .toList());
            }
        }
        List<Row> rows = new ArrayList<>();
        for (String item : items) {
            List<Measurement> found =
                    lists.stream().map(list -> find(list, item)).toList();
            rows.add(new Row(
                    item, found.stream().map(m -> cell(found.getFirst(), m)).toList()));
        }
        return new Comparison(columns, rows);
    }

    private static Measurement find(List<Measurement> list, String item) {
        return list.stream().filter(m -> m.item().equals(item)).findFirst().orElse(null);
    }

    private static Cell cell(Measurement first, Measurement other) {
        if (first == null || first.failed() || other == null || other.failed()) {
            return new Cell(other, Double.NaN, Verdict.MISSING);
        }
        return new Cell(other, other.time().median() / first.time().median(), verdict(first.time(), other.time()));
    }

    /** A difference is one if it is more than a twentieth and the middle halves of the samples do not overlap. */
    public static Verdict verdict(Samples before, Samples after) {
        double ratio = after.median() / before.median();
        if (ratio > 1 + LEAST && after.lowerQuartile() > before.upperQuartile()) {
            return Verdict.SLOWER;
        }
        if (ratio < 1 / (1 + LEAST) && after.upperQuartile() < before.lowerQuartile()) {
            return Verdict.FASTER;
        }
        return Verdict.SAME;
    }

    public long count(Verdict verdict) {
        return rows.stream()
                .flatMap(r -> r.cells().stream())
                .filter(c -> c.verdict() == verdict)
                .count();
    }
}
