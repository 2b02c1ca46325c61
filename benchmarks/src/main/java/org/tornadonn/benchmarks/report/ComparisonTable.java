package org.tornadonn.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.RunRecord;

/** Runs side by side, as text. */
public final class ComparisonTable {
    private ComparisonTable() {}

    public static String of(Comparison comparison) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < comparison.columns().size(); i++) {
            Comparison.Column column = comparison.columns().get(i);
            RunRecord run = column.run();
            text.append(String.format(
                    "%s: %s, %s, %d processors, %s, %s%n   %s%n   %s%n",
                    letter(i),
                    run.date(),
                    run.cpu(),
                    run.cores(),
                    run.engine(),
                    run.commit() == null ? run.version() : run.commit(),
                    Figures.device(column.device()),
                    Figures.peaks(column.device())));
        }
        int width = comparison.rows().stream()
                .mapToInt(r -> r.item().length())
                .max()
                .orElse(10);
        text.append(String.format("%n%-" + width + "s", ""));
        for (int i = 0; i < comparison.columns().size(); i++) {
            text.append(String.format(" %10s", letter(i)));
            if (i > 0) {
                text.append(String.format(" %7s %-7s", letter(i) + "/A", ""));
            }
        }
        text.append('\n');
        for (Comparison.Row row : comparison.rows()) {
            text.append(row(row, width)).append('\n');
        }
        text.append(String.format(
                "%n%d slower, %d faster than A by more than a twentieth and than the noise.%n",
                comparison.count(Comparison.Verdict.SLOWER), comparison.count(Comparison.Verdict.FASTER)));
        return text.toString();
    }

    private static String row(Comparison.Row row, int width) {
        List<String> parts = new ArrayList<>();
        parts.add(String.format("%-" + width + "s", row.item()));
        for (int i = 0; i < row.cells().size(); i++) {
            Comparison.Cell cell = row.cells().get(i);
            parts.add(String.format("%10s", time(cell.measurement())));
            if (i > 0) {
                boolean missing = cell.verdict() == Comparison.Verdict.MISSING;
                String ratio = missing ? "" : Figures.digits(cell.ratio());
                parts.add(String.format("%7s %-7s", ratio, word(cell.verdict())));
            }
        }
        return String.join(" ", parts).stripTrailing();
    }

    private static String time(Measurement m) {
        if (m == null) {
            return "-";
        }
        return m.failed() ? "failed" : Figures.time(m.time().median());
    }

    private static String word(Comparison.Verdict verdict) {
        return switch (verdict) {
            case SAME, MISSING -> "";
            case FASTER -> "faster";
            case SLOWER -> "SLOWER";
        };
    }

    private static String letter(int i) {
        return String.valueOf((char) ('A' + i));
    }
}
