package org.tornadonn.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table and the document say what was recorded. */
class SuiteTest {
    @TempDir
    Path folder;

    private static Row row(String subject, String part, Outcome outcome, boolean expected, String note) {
        return new Row(subject, part, "embedded", "OPENCL a", outcome, note, expected, expected ? "#930" : "");
    }

    private static final List<Row> ROWS = List.of(
            row("shift", Row.QUIRK, Outcome.WRONG, true, "wrong result"),
            row("DyT", "forward", Outcome.PASSED, true, ""),
            row("DyT", "forward", Outcome.PASSED, true, ""),
            row("DyT", "forward", Outcome.WRONG, false, "y[3]: 1 instead of 2"));

    @Test
    void casesOfOneSubjectAndDeviceAreOneLine() throws IOException {
        Suite suite = Suite.of("2026-11-25", ROWS);
        assertEquals(
                List.of(
                        new Suite.Line("DyT", "forward", "OPENCL a", 2, 0, 1, 1, "y[3]: 1 instead of 2", ""),
                        new Suite.Line("shift", Row.QUIRK, "OPENCL a", 0, 0, 1, 0, "wrong result", "#930")),
                suite.lines());
        assertEquals(1, suite.unexplained());
        assertEquals("2 passed, 0 refused, 2 wrong", suite.counts());
        Path file = folder.resolve("suite-embedded.json");
        suite.write(file);
        assertEquals(suite, Suite.read(file));
    }

    @Test
    void whatIsNotAsKnownStandsOut() throws IOException {
        Suite suite = Suite.of("2026-11-25", ROWS);
        String text = SuiteTable.text(suite);
        assertTrue(text.contains("NOT AS KNOWN y[3]") && text.contains("1 are NOT as known"), text);
        assertTrue(text.contains("wrong result (#930)") && text.contains("Asserted device: OPENCL a"), text);
        suite.write(folder.resolve("suite-embedded.json"));
        String document = SuiteDocument.of(folder);
        assertTrue(
                document.contains("| DyT | forward | 2 passed, **1 wrong**: y[3]: 1 instead of 2, **not as known** |"),
                document);
        assertTrue(document.contains("issues/930"), document);
    }

    @Test
    void enginesAreNotMixed() {
        Row other = new Row("DyT", "forward", "SDK 5", "OPENCL a", Outcome.PASSED, "", true, "");
        assertThrows(IllegalArgumentException.class, () -> Suite.of("", List.of(ROWS.getFirst(), other)));
    }
}
