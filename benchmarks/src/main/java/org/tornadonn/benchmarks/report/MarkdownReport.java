package org.tornadonn.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.nn.UserException;

/** The project's docs/results.md, from the result files that are committed beside it. */
public final class MarkdownReport {
    private static final String PREFIX = "bench-";

    private MarkdownReport() {}

    /** Rewrites results.md in {@code docs} and returns its path. */
    public static Path write(Path docs) {
        Path target = docs.resolve("results.md");
        try {
            Files.writeString(target, of(docs.resolve("results")));
        } catch (IOException e) {
            throw new UserException(target + " cannot be written: " + e.getMessage());
        }
        return target;
    }

    /** The document for the files bench-*.json of a folder, newest first. */
    public static String of(Path folder) {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> f.getFileName().toString().startsWith(PREFIX)
                            && f.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserException(
                    "There is no folder " + folder + " with result files. Run this in the project's folder.");
        }
        StringBuilder text = new StringBuilder();
        text.append(
                "# Results\n\nWritten by `./tornado-nn bench --docs` from docs/results/bench-*.json; do not edit.\n\n");
        text.append(
                        "Times are medians of samples, best is the shortest; ± is half the distance of the quartiles over the median. GB/s counts every input read\n")
                .append(
                        "once and every output written once; GFLOP/s counts an elementary function as one operation. \"of peak\"\n")
                .append(
                        "is the time at the device's measured peaks (copy at the nearest working set, or multiply-add, whichever\n")
                .append(
                        "takes longer) over the measured time; what is updated in place can exceed it, since it moves less than a copy does.\nEvery op was compared with double arithmetic before it was timed.\n");
        Map<Path, Results> runs = new LinkedHashMap<>();
        files.forEach(f -> runs.put(f, Results.read(f)));
        runs.entrySet().stream()
                .sorted((a, b) ->
                        b.getValue().run().date().compareTo(a.getValue().run().date()))
                .forEach(e -> run(text, e.getKey().getFileName().toString(), e.getValue()));
        return text.toString();
    }

    private static void run(StringBuilder text, String file, Results results) {
        text.append("\n## ")
                .append(results.run().date(), 0, 10)
                .append(": ")
                .append(results.run().cpu())
                .append("\n\n");
        List<List<String>> about = new ArrayList<>(HtmlReport.about(results.run()));
        about.add(List.of("file", "[" + file + "](results/" + file + ")"));
        table(text, List.of("", ""), about, 2);
        if (results.run().busy()) {
            text.append(
                    "\n**Other programs kept this machine busy when the run began: times are too long and noisy.**\n");
        }
        for (DeviceRecord device : results.devices()) {
            text.append("\n### ").append(Figures.device(device)).append("\n\n");
            text.append(Figures.peaks(device.peaks())).append(".\n\n");
            List<List<String>> rows = new ArrayList<>();
            results.measurements().stream()
                    .filter(m -> m.device() == device.index() && !m.pass().endsWith(Measurement.BESIDE))
                    .forEach(m -> rows.add(Figures.cells(m, results.device(m))));
            table(text, Figures.HEADS, rows, 3);
            norms(text, results, device);
        }
        peers(text, results);
    }

    private static void norms(StringBuilder text, Results results, DeviceRecord device) {
        List<NormPairs> pairs = NormPairs.of(results, device.index());
        if (!pairs.isEmpty()) {
            text.append("\nDyT against LayerNorm:\n\n");
            List<List<String>> rows = pairs.stream()
                    .map(p -> List.of(
                            p.name(),
                            Figures.time(p.layerNorm().time().median()),
                            Figures.time(p.dyt().time().median()),
                            Figures.digits(p.speedup()) + " times"))
                    .toList();
            table(text, List.of("", "LayerNorm", "DyT", "DyT is faster by"), rows, 1);
        }
    }

    private static void peers(StringBuilder text, Results results) {
        List<List<String>> rows = new ArrayList<>();
        for (Measurement m : results.measurements()) {
            if (m.pass().endsWith(Measurement.BESIDE)) {
                String pass = m.pass().substring(0, m.pass().length() - Measurement.BESIDE.length());
                rows.add(List.of(
                        m.op() + " " + pass,
                        m.shape(),
                        m.contender(),
                        m.failed() ? m.failure() : Figures.time(m.time().median()),
                        m.failed() ? "" : Figures.time(m.time().best()),
                        m.failed() ? "" : Figures.percent(m.time().spread()),
                        m.failed() || m.images() == 0 ? "" : Figures.imageRate(m)));
            }
        }
        if (!rows.isEmpty()) {
            text.append(
                    "\n### Beside other libraries\n\nThe same numbers, in turns; wall time of a call. Libraries with OpenMP\ncollapse when anything else runs: with a load above zero before the run, their figures say little.\n\n");
            table(text, List.of("op", "size", "library", "time", "best", "±", ""), rows, 3);
        }
    }

    private static void table(StringBuilder text, List<String> heads, List<List<String>> rows, int names) {
        text.append("| ").append(String.join(" | ", heads)).append(" |\n|");
        for (int i = 0; i < heads.size(); i++) {
            text.append(i < names ? "---|" : "---:|");
        }
        text.append('\n');
        for (List<String> row : rows) {
            text.append("| ")
                    .append(String.join(
                            " | ", row.stream().map(c -> c.replace("|", "\\|")).toList()))
                    .append(" |\n");
        }
    }
}
