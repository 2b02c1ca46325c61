package org.tornadonn.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The project's docs/results/suite.md, from the runs that are committed beside it. */
public final class SuiteDocument {
    private static final String THREADS = "https://github.com/beehive-lab/TornadoVM/issues/";

    private record Subject(String name, String part) {}

    private SuiteDocument() {}

    /** The document for the files suite-*.json of a folder. */
    public static String of(Path folder) throws IOException {
        List<Suite> suites = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(f -> f.getFileName().toString().matches("suite-.*\\.json"))
                    .sorted()
                    .toList();
            for (Path file : files) {
                suites.add(Suite.read(file));
            }
        }
        StringBuilder text = new StringBuilder();
        text.append("# One test suite, two engines\n\n")
                .append(
                        "Written by `./setup.sh table --docs` from suite-*.json, which `./setup.sh test` recorded; do not edit.\n\n")
                .append(
                        "Numbers are cases. Refused: the engine said so before it gave a result. Wrong: a wrong result, a crash, or\n")
                .append(
                        "no end; with TornadoVM's public thread where one is known. Empty: not run there. Ops and golden models assert the\n")
                .append("device that ran them.\n\n");
        text.append("| engine | date | devices | |\n|---|---|---|---|\n");
        for (Suite suite : suites) {
            text.append("| ").append(suite.engine()).append(" | ").append(suite.date());
            text.append(" | ").append(String.join("<br>", suite.devices())).append(" | ");
            text.append(suite.counts()).append(" |\n");
        }
        table(text, suites, "Ops, models, training", false);
        table(text, suites, "Known faults", true);
        return text.toString();
    }

    private static void table(StringBuilder text, List<Suite> suites, String title, boolean quirks) {
        text.append("\n## ").append(title).append("\n\n| | |");
        int columns = 0;
        for (Suite suite : suites) {
            for (String device : suite.devices()) {
                text.append(' ')
                        .append(suite.engineName())
                        .append(": ")
                        .append(device.split(" ")[0])
                        .append(" |");
                columns++;
            }
        }
        text.append("\n|---|---|").append("---|".repeat(columns)).append('\n');
        Set<Subject> subjects = new LinkedHashSet<>();
        suites.forEach(s -> s.lines().stream()
                .filter(l -> l.part().equals(Row.QUIRK) == quirks)
                .forEach(l -> subjects.add(new Subject(l.subject(), l.part()))));
        for (Subject subject : subjects) {
            text.append("| ")
                    .append(subject.name())
                    .append(" | ")
                    .append(quirks ? "" : subject.part())
                    .append(" |");
            for (Suite suite : suites) {
                for (String device : suite.devices()) {
                    text.append(' ').append(cell(suite, subject, device)).append(" |");
                }
            }
            text.append('\n');
        }
    }

    private static String cell(Suite suite, Subject subject, String device) {
        return suite.lines().stream()
                .filter(l -> l.subject().equals(subject.name())
                        && l.part().equals(subject.part())
                        && l.device().equals(device))
                .map(SuiteDocument::outcome)
                .findFirst()
                .orElse("");
    }

    private static String outcome(Suite.Line line) {
        List<String> words = new ArrayList<>();
        if (line.passed() > 0) {
            words.add(line.passed() + " passed");
        }
        if (line.refused() > 0) {
            words.add(line.refused() + " refused");
        }
        if (line.wrong() > 0) {
            words.add("**" + line.wrong() + " wrong**: " + line.note());
            if (!line.thread().isEmpty()) {
                words.add("[" + line.thread() + "](" + THREADS + line.thread().substring(1) + ")");
            }
        }
        return String.join(", ", words).replace("|", "\\|") + (line.unexplained() > 0 ? ", **not as known**" : "");
    }
}
