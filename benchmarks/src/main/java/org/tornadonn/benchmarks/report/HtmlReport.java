package org.tornadonn.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Peaks;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.benchmarks.result.RunRecord;
import org.tornadonn.nn.UserException;

/** A run as one page that needs nothing but itself. */
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
        RunRecord run = results.run();
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>tornado-nn bench, ")
                .append(Html.escape(run.date()))
                .append("</title>\n<style>\n")
                .append(Html.escape(STYLE))
                .append("</style>\n</head>\n<body>\n<h1>tornado-nn bench</h1>\n");
        html.append(Html.table(List.of("", ""), about(run), 2));
        if (run.busy()) {
            paragraph("Other programs kept this machine busy when the run began: times are too long and noisy.");
        }
        paragraph(
                "Times are medians of samples, best is the shortest; ± is half the distance of the quartiles over the median. GB/s counts every input read"
                        + " once and every output written once; GFLOP/s counts an elementary function as one operation. \"of peak\" is"
                        + " the time at the measured peaks (copy at the nearest working set, or multiply-add, whichever takes longer)"
                        + " over the measured time; what is updated in place can exceed it, since it moves less than a copy does. Each op"
                        + " was compared with double arithmetic before it was timed.");
        for (DeviceRecord device : results.devices()) {
            device(device);
        }
        devicesAgainstEachOther();
        peers();
        return html.append("</body>\n</html>\n").toString();
    }

    static List<List<String>> about(RunRecord run) {
        return List.of(
                List.of("command", run.command()),
                List.of("date", run.date()),
                List.of("tornado-nn", run.version() + (run.commit() == null ? "" : ", commit " + run.commit())),
                List.of("engine", run.engine()),
                List.of(
                        "machine",
                        run.cpu() + ", " + run.cores() + " processors"
                                + (run.load() < 0 ? "" : ", load " + run.load() + " before the run")),
                List.of("system", run.os()),
                List.of("JDK", run.jdk()));
    }

    private void heading(int level, String text) {
        html.append("<h" + level + ">").append(Html.escape(text)).append("</h" + level + ">\n");
    }

    private void paragraph(String text) {
        html.append("<p class=\"note\">").append(Html.escape(text)).append("</p>\n");
    }

    private List<Measurement> own(DeviceRecord device) {
        return results.measurements().stream()
                .filter(m -> m.device() == device.index() && !m.pass().endsWith(Measurement.BESIDE))
                .toList();
    }

    private void device(DeviceRecord device) {
        heading(2, Figures.device(device));
        paragraph(Figures.peaks(device.peaks()));
        List<Measurement> timed = own(device).stream().filter(m -> !m.failed()).toList();
        if (!timed.isEmpty()) {
            heading(3, "Roofline");
            html.append(roofline(device.peaks(), timed));
        }
        norms(device);
        heading(3, "All figures");
        List<List<String>> rows = new ArrayList<>();
        own(device).forEach(m -> rows.add(Figures.cells(m, results.device(m))));
        html.append(Html.table(Figures.HEADS, rows, 3));
    }

    private static String roofline(Peaks peaks, List<Measurement> timed) {
        Chart chart = new Chart("operations per byte", "GFLOP/s");
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Measurement m : timed) {
            double x = (double) m.operations() / m.bytes();
            least = Math.min(least, x);
            most = Math.max(most, x);
        }
        Peaks.Copy fastest = peaks.copies().stream()
                .max((a, b) -> Double.compare(a.rate(), b.rate()))
                .orElseThrow();
        Peaks.Copy largest = peaks.copies().getLast();
        chart.limit("copy, " + Figures.size(fastest.bytes()), roof(fastest, peaks, least, most), false);
        if (largest != fastest) {
            chart.limit("copy, " + Figures.size(largest.bytes()), roof(largest, peaks, least, most), true);
        }
        Map<String, List<Chart.Point>> ops = new LinkedHashMap<>();
        for (Measurement m : timed) {
            String label = m.op() + " " + m.pass() + " " + m.shape() + ": "
                    + Figures.time(m.time().median()) + ", "
                    + Figures.digits(m.byteRate() / 1e9) + " GB/s, " + Figures.digits(m.operationRate() / 1e9)
                    + " GFLOP/s, " + Figures.percent(m.share(peaks)) + " of peak";
            ops.computeIfAbsent(m.op(), _ -> new ArrayList<>())
                    .add(new Chart.Point((double) m.operations() / m.bytes(), m.operationRate() / 1e9, label));
        }
        ops.forEach(chart::points);
        return chart.svg();
    }

    private static List<Chart.Point> roof(Peaks.Copy copy, Peaks peaks, double least, double most) {
        List<Chart.Point> roof = new ArrayList<>();
        double ridge = peaks.operations() / copy.rate();
        for (double x : new double[] {least, Math.clamp(ridge, least, most), most}) {
            roof.add(new Chart.Point(x, Math.min(peaks.operations(), x * copy.rate()) / 1e9, ""));
        }
        return roof;
    }

    private void norms(DeviceRecord device) {
        List<NormPairs> pairs = NormPairs.of(results, device.index());
        if (pairs.isEmpty()) {
            return;
        }
        heading(3, "DyT against LayerNorm");
        Map<String, List<Chart.Point>> curves = new LinkedHashMap<>();
        List<List<String>> rows = new ArrayList<>();
        for (NormPairs pair : pairs) {
            for (Measurement m : List.of(pair.layerNorm(), pair.dyt())) {
                if (!m.op().equals("train")) {
                    String label = m.shape() + ": " + Figures.digits(m.byteRate() / 1e9) + " GB/s";
                    curves.computeIfAbsent(m.op() + " " + m.pass(), _ -> new ArrayList<>())
                            .add(new Chart.Point(m.bytes() / 1e6, m.byteRate() / 1e9, label));
                }
            }
            rows.add(List.of(
                    pair.name(),
                    Figures.time(pair.layerNorm().time().median()),
                    Figures.time(pair.dyt().time().median()),
                    Figures.digits(pair.speedup()) + " times"));
        }
        if (!curves.isEmpty()) {
            Chart chart = new Chart("MB moved", "GB/s");
            chart.limit(
                    "copy",
                    device.peaks().copies().stream()
                            .map(c -> new Chart.Point(c.bytes() / 1e6, c.rate() / 1e9, ""))
                            .toList(),
                    true);
            curves.forEach((name, points) ->
                    chart.curve(name, points, name.startsWith("dyt") ? 1 : 0, name.endsWith("backward")));
            html.append(chart.svg());
        }
        html.append(Html.table(List.of("", "LayerNorm", "DyT", "DyT is faster by"), rows, 1));
    }

    private void devicesAgainstEachOther() {
        if (results.devices().size() < 2) {
            return;
        }
        Set<String> items = new LinkedHashSet<>();
        results.measured().stream().filter(m -> m.device() >= 0).forEach(m -> items.add(m.item()));
        StringBuilder bars = new StringBuilder();
        for (String item : items) {
            List<Measurement> same = results.measured().stream()
                    .filter(m -> m.item().equals(item))
                    .toList();
            if (same.size() > 1) {
                bars.append("<p>").append(Html.escape(item)).append("</p>\n");
                bars.append(Html.bars(
                        same.stream()
                                .map(m -> results.device(m).orElseThrow().index() + " "
                                        + results.device(m).orElseThrow().name())
                                .toList(),
                        same.stream().map(m -> 1 / m.time().median()).toList(),
                        same.stream().map(m -> Figures.time(m.time().median())).toList()));
            }
        }
        if (!bars.isEmpty()) {
            heading(2, "Device against device (longer is faster)");
            html.append(bars);
        }
    }

    private void peers() {
        Map<String, List<Measurement>> duels = new LinkedHashMap<>();
        for (Measurement m : results.measurements()) {
            if (m.pass().endsWith(Measurement.BESIDE)) {
                duels.computeIfAbsent(m.op() + " " + m.pass() + " " + m.shape(), _ -> new ArrayList<>())
                        .add(m);
            }
        }
        if (duels.isEmpty()) {
            return;
        }
        heading(2, "Beside other libraries (longer is faster)");
        paragraph(
                "The same numbers, in turns, with a pause before each turn; wall time of a call. Every result was compared"
                        + " with ours, and training must lower the loss of its batch. Libraries with OpenMP collapse when anything else runs:"
                        + " with a load above zero before the run, their figures say little.");
        duels.forEach((name, contenders) -> {
            html.append("<p>").append(Html.escape(name)).append("</p>\n");
            html.append(Html.bars(
                    contenders.stream().map(Measurement::contender).toList(),
                    contenders.stream()
                            .map(m -> m.failed() ? 0 : 1 / m.time().median())
                            .toList(),
                    contenders.stream().map(HtmlReport::peerLabel).toList()));
        });
    }

    private static String peerLabel(Measurement m) {
        if (m.failed()) {
            return m.failure();
        }
        String time = Figures.time(m.time().median()) + " ± "
                + Figures.percent(m.time().spread()) + ", best "
                + Figures.time(m.time().best());
        return m.images() > 0 ? Figures.imageRate(m) + ", " + time : time;
    }
}
