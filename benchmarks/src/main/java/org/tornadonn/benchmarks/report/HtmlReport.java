package org.tornadonn.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.nn.UserException;

/** Results as one page that needs nothing but itself. */
public final class HtmlReport {
    private static final String STYLE = """
            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; }
            table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
            th, td { padding: 2px 9px; border-bottom: 1px solid #8885; text-align: left; white-space: nowrap; }
            td.n, th.n { text-align: right; } .wide { overflow-x: auto; } .note { opacity: .75; font-size: 13px; }
            .chart { width: 100%; max-width: 860px; height: auto; font-size: 12px; }
            .chart text { fill: currentColor; } .grid { stroke: #8884; fill: none; }
            .bars { width: 100%; } .bars td { border: 0; } .room { width: 60%; }
            .bar { background: #0072B2; height: 12px; min-width: 1px; }
            """;

    private final Results results;
    private final StringBuilder html = new StringBuilder();

    private HtmlReport(Results results) {
        this.results = results;
    }

    public static String of(Results results) {
        return new HtmlReport(results).page();
    }

    public static void write(Results results, Path file) {
        try {
            Files.writeString(file, of(results));
        } catch (IOException e) {
            throw new UserException("The report " + file + " cannot be written: " + e.getMessage());
        }
    }

    private String page() {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>tornado-nn bench, ")
                .append(Html.escape(results.first().date()))
                .append("</title>\n<style>\n")
                .append(Html.escape(STYLE))
                .append("</style>\n</head>\n<body>\n<h1>tornado-nn bench</h1>\n");
        html.append(Html.table(Table.about(results)));
        if (results.runs().stream().anyMatch(r -> r.run().busy())) {
            paragraph("Other programs kept this machine busy when a run began: its times are too long and noisy.");
        }
        paragraph(
                "Times are medians of samples, best is the shortest; ± is half the distance of the quartiles over the median. GB/s counts every input read"
                        + " once and every output written once; GFLOP/s counts an elementary function as one operation. \"of peak\" is"
                        + " the time at the measured peaks (copy at the nearest working set, or multiply-add, whichever takes longer)"
                        + " over the measured time; what is updated in place can exceed it, since it moves less than a copy does. Each op"
                        + " was compared with double arithmetic before it was timed; a training step's first includes making the model and compiling."
                        + " on the device: the arrays that a model plans there; in RAM: the most that the process held meanwhile.");
        sideBySide();
        for (EngineRun run : results.runs()) {
            run.devices().forEach(device -> device(run, device));
            peers(run);
        }
        return html.append("</body>\n</html>\n").toString();
    }

    private void heading(int level, String text) {
        html.append("<h" + level + ">").append(Html.escape(text)).append("</h" + level + ">\n");
    }

    private void paragraph(String text) {
        html.append("<p class=\"note\">").append(Html.escape(text)).append("</p>\n");
    }

    private void device(EngineRun run, DeviceRecord device) {
        heading(2, run.run().engineOption() + ", " + Figures.device(device));
        paragraph(Figures.peaks(device));
        // What only moves bytes has no place on logarithmic axes of operations.
        List<Measurement> timed = run.alone(device.index()).stream()
                .filter(m -> !m.failed() && m.operations() > 0)
                .toList();
        if (!timed.isEmpty() && device.peaks() != null) {
            heading(3, "Roofline");
            html.append(Roofline.svg(device.peaks(), timed));
        }
        norms(run, device);
        heading(3, "All figures");
        html.append(Html.table(Table.figures(run, device)));
    }

    private void norms(EngineRun run, DeviceRecord device) {
        List<NormPairs> pairs = NormPairs.of(run, device.index());
        if (pairs.isEmpty()) {
            return;
        }
        heading(3, "DyT against LayerNorm");
        Map<String, List<Chart.Point>> curves = new LinkedHashMap<>();
        for (NormPairs pair : pairs) {
            for (Measurement m : List.of(pair.layerNorm(), pair.dyt())) {
                if (!m.op().equals("train")) {
                    String label = m.shape() + ": " + Figures.digits(m.byteRate() / 1e9) + " GB/s";
                    curves.computeIfAbsent(m.op() + " " + m.pass(), _ -> new ArrayList<>())
                            .add(new Chart.Point(m.bytes() / 1e6, m.byteRate() / 1e9, label));
                }
            }
        }
        if (!curves.isEmpty()) {
            Chart chart = new Chart("MB moved", "GB/s");
            if (device.peaks() != null) {
                List<Chart.Point> copies = device.peaks().copies().stream()
                        .map(c -> new Chart.Point(c.bytes() / 1e6, c.rate() / 1e9, ""))
                        .toList();
                chart.limit("copy", copies, true);
            }
            curves.forEach((name, points) ->
                    chart.curve(name, points, name.startsWith("dyt") ? 1 : 0, name.endsWith("backward")));
            html.append(chart.svg());
        }
        html.append(Html.table(Table.norms(pairs)));
    }

    private void sideBySide() {
        Comparison comparison = Comparison.of(List.of(results));
        List<Comparison.Row> rows = Table.shared(comparison);
        if (!rows.isEmpty()) {
            heading(2, "Engine against engine, device against device");
            html.append(Html.table(Table.sideBySide(comparison)));
            heading(3, "Longer is faster");
            List<String> names =
                    comparison.columns().stream().map(Figures::column).toList();
            for (Comparison.Row row : rows) {
                html.append("<p>").append(Html.escape(row.item())).append("</p>\n");
                List<Measurement> cells =
                        row.cells().stream().map(Comparison.Cell::measurement).toList();
                html.append(Html.bars(
                        names,
                        cells.stream().map(HtmlReport::rate).toList(),
                        cells.stream()
                                .map(m -> m == null ? "" : Figures.timeOrFailure(m))
                                .toList()));
            }
        }
        Table training = Table.training(results);
        if (!training.isEmpty()) {
            heading(2, "Training steps");
            html.append(Html.table(training));
        }
    }

    private static double rate(Measurement m) {
        return m == null || m.failed() ? 0 : 1 / m.time().median();
    }

    private void peers(EngineRun run) {
        Map<String, List<Measurement>> duels = new LinkedHashMap<>();
        for (Measurement m : run.measurements()) {
            if (m.beside()) {
                duels.computeIfAbsent(m.op() + " " + m.pass() + " " + m.shape(), _ -> new ArrayList<>())
                        .add(m);
            }
        }
        if (duels.isEmpty()) {
            return;
        }
        heading(2, run.run().engineOption() + " beside other libraries (longer is faster)");
        paragraph(
                "The same numbers, in turns, with a pause before each turn: on a GPU time on the device, with the wall time of a call beside it, which on a CPU is all. Every result was compared"
                        + " with ours, and training must lower the loss of its batch. Libraries with OpenMP collapse when anything else runs:"
                        + " with a load above zero before the run, their figures say little.");
        duels.forEach((name, contenders) -> {
            html.append("<p>").append(Html.escape(name)).append("</p>\n");
            html.append(Html.bars(
                    contenders.stream().map(Measurement::contender).toList(),
                    contenders.stream().map(HtmlReport::rate).toList(),
                    contenders.stream().map(HtmlReport::peerLabel).toList()));
        });
    }

    private static String peerLabel(Measurement m) {
        if (m.failed()) {
            return m.failure();
        }
        String time = Figures.time(m.time().median()) + " ± "
                + Figures.percent(m.time().spread()) + ", best "
                + Figures.time(m.time().best())
                + (m.kernelNanos().isEmpty() ? "" : ", wall " + Figures.wall(m));
        return m.images() > 0 ? Figures.imageRate(m) + ", " + time : time;
    }
}
