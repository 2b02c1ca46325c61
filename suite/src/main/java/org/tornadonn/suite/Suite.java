package org.tornadonn.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run of the tests on one engine.
 *
 * @param date of the run
 * @param engine embedded, or the SDK with its version
 */
record Suite(String date, String engine, List<Line> lines) {
    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Modules whose tests have rows. */
    static final List<String> MODULES = List.of("tornado-kernels", "nn");

    /**
     * The cases of a subject on a device.
     *
     * @param unexplained cases whose outcome no expectation explains
     * @param note of the first case that did not pass, an unexplained one if there is any
     * @param thread TornadoVM's public thread about a known fault, or empty
     */
    record Line(
            String subject,
            String part,
            String device,
            int passed,
            int refused,
            int wrong,
            int unexplained,
            String note,
            String thread) {}

    private record Key(String subject, String part, String device) {}

    /** The rows that the modules in {@code root} recorded. */
    static List<Row> recorded(Path root) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String module : MODULES) {
            Path file = file(root, module);
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    rows.add(MAPPER.readValue(line, Row.class));
                }
            }
        }
        return rows;
    }

    /** Where a module in {@code root} records its rows. */
    static Path file(Path root, String module) {
        return root.resolve(module).resolve(Row.FILE);
    }

    /** @param rows of one engine, at least one */
    static Suite of(String date, List<Row> rows) {
        String engine = rows.getFirst().engine();
        Map<Key, List<Row>> cases = new LinkedHashMap<>();
        for (Row row : rows) {
            if (!row.engine().equals(engine)) {
                throw new IllegalArgumentException("rows of " + engine + " and of " + row.engine());
            }
            cases.computeIfAbsent(new Key(row.subject(), row.part(), row.device()), k -> new ArrayList<>())
                    .add(row);
        }
        List<Line> lines = new ArrayList<>();
        cases.forEach((key, of) -> lines.add(line(key, of)));
        // Tests run in no order that means anything.
        lines.sort(Comparator.comparing((Line l) -> l.part().equals(Row.QUIRK))
                .thenComparing(Line::subject)
                .thenComparing(Line::part)
                .thenComparing(Line::device));
        return new Suite(date, engine, lines);
    }

    private static Line line(Key key, List<Row> rows) {
        Row shown = rows.stream()
                .min(Comparator.comparing(Row::expected).thenComparing(r -> r.outcome() == Outcome.PASSED))
                .orElseThrow();
        int unexplained = (int) rows.stream().filter(r -> !r.expected()).count();
        return new Line(
                key.subject(),
                key.part(),
                key.device(),
                count(rows, Outcome.PASSED),
                count(rows, Outcome.REFUSED),
                count(rows, Outcome.WRONG),
                unexplained,
                shown.note(),
                shown.thread());
    }

    private static int count(List<Row> rows, Outcome outcome) {
        return (int) rows.stream().filter(r -> r.outcome() == outcome).count();
    }

    static Suite read(Path file) throws IOException {
        return MAPPER.readValue(Files.readString(file), Suite.class);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, MAPPER.writeValueAsString(this) + "\n");
    }

    /** The engine's short name, embedded or sdk. */
    String engineName() {
        return engine.split(" ")[0].toLowerCase();
    }

    /** The devices that ran, each of which the tests asserted. */
    List<String> devices() {
        return lines.stream().map(Line::device).distinct().sorted().toList();
    }

    int unexplained() {
        return lines.stream().mapToInt(Line::unexplained).sum();
    }

    /** Passed, refused, wrong, over all lines. */
    String counts() {
        return String.format(
                "%d passed, %d refused, %d wrong",
                lines.stream().mapToInt(Line::passed).sum(),
                lines.stream().mapToInt(Line::refused).sum(),
                lines.stream().mapToInt(Line::wrong).sum());
    }
}
