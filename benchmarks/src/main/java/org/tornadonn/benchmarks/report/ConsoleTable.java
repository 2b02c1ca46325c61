package org.tornadonn.benchmarks.report;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.Measurement;

/** The table that grows while a run goes on: a row's name stands there while it is measured, its figures follow. */
public final class ConsoleTable {
    private static final String NAME = "%-13s %-17s %-27s";
    private static final List<Integer> WIDTHS = List.of(9, 9, 5, 9, 7, 8, 8, 8, 9, 9, 9);

    private final PrintStream out;
    private final int total;
    private int row;

    public ConsoleTable(PrintStream out, int total) {
        this.out = out;
        this.total = total;
    }

    public void head() {
        List<String> heads = Figures.HEADS;
        out.print(" ".repeat(10) + String.format(NAME, heads.get(0), heads.get(1), heads.get(2)));
        print(heads.subList(3, heads.size()));
    }

    public void begin(String op, String pass, String shape) {
        row++;
        out.printf("[%3d/%3d] " + NAME, row, total, op, pass, shape);
        out.flush();
    }

    /** Counts a row that an earlier run has done. */
    public void skip() {
        row++;
    }

    public void end(Measurement m, Optional<DeviceRecord> device) {
        List<String> cells = Figures.cells(m, device);
        if (m.failed()) {
            out.println(" " + m.failure());
            return;
        }
        print(cells.subList(3, cells.size()));
    }

    private void print(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            line.append(' ').append(String.format("%" + WIDTHS.get(i) + "s", cells.get(i)));
        }
        out.println(line.toString().stripTrailing());
    }
}
