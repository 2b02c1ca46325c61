package org.tornadonn.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.EngineRun;
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
                        "takes longer) over the measured time; what is updated in place can exceed it, since it moves less than a copy does.\nEvery op was compared with double arithmetic before it was timed. The first training step includes making the model and\ncompiling. \"on the device\" is what the arrays take that a model plans there; \"in RAM\" the most that the process held meanwhile.\n");
        Map<Path, Results> runs = new LinkedHashMap<>();
        files.forEach(f -> runs.put(f, Results.read(f)));
        runs.entrySet().stream()
                .sorted((a, b) -> b.getValue()
                        .first()
                        .date()
                        .compareTo(a.getValue().first().date()))
                .forEach(e -> results(text, e.getKey().getFileName().toString(), e.getValue()));
        return text.toString();
    }

    private static void results(StringBuilder text, String file, Results results) {
        text.append("\n## ")
                .append(results.first().date(), 0, 10)
                .append(": ")
                .append(results.first().cpu())
                .append("\n\n");
        table(text, Table.about(results));
        text.append("\nAll samples: [" + file + "](results/" + file + ").\n");
        for (EngineRun run : results.runs()) {
            if (run.run().busy()) {
                text.append("\n**Other programs kept this machine busy when the run of the engine ")
                        .append(run.run().engineOption())
                        .append(" began: its times are too long and noisy.**\n");
            }
        }
        section(
                text,
                "Engine against engine, device against device",
                "",
                Table.sideBySide(Comparison.of(List.of(results))));
        section(text, "Training steps", "", Table.training(results));
        for (EngineRun run : results.runs()) {
            for (DeviceRecord device : run.devices()) {
                text.append("\n### ")
                        .append(run.run().engineOption())
                        .append(", ")
                        .append(Figures.device(device))
                        .append("\n\n");
                text.append(Figures.peaks(device)).append(".\n\n");
                table(text, Table.figures(run, device));
                List<NormPairs> pairs = NormPairs.of(run, device.index());
                if (!pairs.isEmpty()) {
                    text.append("\nDyT against LayerNorm:\n\n");
                    table(text, Table.norms(pairs));
                }
            }
            section(
                    text,
                    run.run().engineOption() + " beside other libraries",
                    "The same numbers, in turns. On a GPU the time is that on the device, which for PyTorch is that between two events;\n"
                            + "on a CPU, and of training, it is the wall time of a call. Libraries with OpenMP\n"
                            + "collapse when anything else runs: with a load above zero before the run, their figures say little.\n\n",
                    Table.peers(run));
        }
    }

    private static void section(StringBuilder text, String heading, String note, Table table) {
        if (!table.isEmpty()) {
            text.append("\n### ").append(heading).append("\n\n").append(note);
            table(text, table);
        }
    }

    private static void table(StringBuilder text, Table table) {
        text.append("| ").append(String.join(" | ", table.heads())).append(" |\n|");
        for (int i = 0; i < table.heads().size(); i++) {
            text.append(i < table.names() ? "---|" : "---:|");
        }
        text.append('\n');
        for (List<String> row : table.rows()) {
            text.append("| ")
                    .append(String.join(
                            " | ", row.stream().map(c -> c.replace("|", "\\|")).toList()))
                    .append(" |\n");
        }
    }
}
