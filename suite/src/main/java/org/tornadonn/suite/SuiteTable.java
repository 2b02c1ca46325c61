package org.tornadonn.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** The table of a run of the tests, for the console and for the project's documents. */
public final class SuiteTable {
    private static final int NOTE = 60;

    private SuiteTable() {}

    /**
     * Prints the table of the last run and keeps it in {@code target/suite.json}; ends with 1 if there is nothing to print or an
     * outcome that nothing explains.
     *
     * @param args the project's folder, and --docs to keep the run in docs/results as well
     */
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        List<Row> rows = Suite.recorded(root);
        if (rows.isEmpty()) {
            System.err.println("No test has recorded anything. Run: ./setup.sh test");
            System.exit(1);
        }
        Suite suite = Suite.of(LocalDate.now().toString(), rows);
        suite.write(root.resolve("target/suite.json"));
        System.out.print(text(suite));
        for (String module : Suite.MODULES) {
            if (!Files.exists(Suite.file(root, module))) {
                System.out.println("The tests of " + module + " did not run.");
            }
        }
        if (args.length > 1 && args[1].equals("--docs")) {
            Path results = root.resolve("docs/results");
            suite.write(results.resolve("suite-" + suite.engineName() + ".json"));
            Files.writeString(results.resolve("suite.md"), SuiteDocument.of(results));
        }
        System.exit(suite.unexplained() == 0 ? 0 : 1);
    }

    static String text(Suite suite) {
        int subject = width(suite.lines().stream().map(Suite.Line::subject).toList());
        int part = width(suite.lines().stream().map(Suite.Line::part).toList());
        int device = width(suite.devices());
        String format = "%-" + subject + "s  %-" + part + "s  %-" + device + "s  %6s  %7s  %5s  %s%n";
        StringBuilder text = new StringBuilder();
        text.append(String.format("%nEngine: %s%n", suite.engine()));
        suite.devices().forEach(d -> text.append(String.format("Asserted device: %s%n", d)));
        text.append(String.format("%n" + format, "what", "", "device", "passed", "refused", "wrong", ""));
        for (Suite.Line line : suite.lines()) {
            text.append(String.format(
                            format,
                            line.subject(),
                            line.part(),
                            line.device(),
                            number(line.passed()),
                            number(line.refused()),
                            number(line.wrong()),
                            note(line))
                    .replaceAll(" +(\\R)", "$1"));
        }
        text.append(String.format(
                "%n%s on %s; %s.%n",
                suite.counts(),
                suite.engine(),
                suite.unexplained() == 0 ? "each is as known" : suite.unexplained() + " are NOT as known"));
        return text.toString();
    }

    private static String note(Suite.Line line) {
        String known = line.unexplained() > 0 ? "NOT AS KNOWN " : "";
        String note = line.note().length() > NOTE ? line.note().substring(0, NOTE) + "..." : line.note();
        return known + note + (line.passed() == 0 && !line.thread().isEmpty() ? " (" + line.thread() + ")" : "");
    }

    private static String number(int n) {
        return n == 0 ? "" : Integer.toString(n);
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(1);
    }
}
