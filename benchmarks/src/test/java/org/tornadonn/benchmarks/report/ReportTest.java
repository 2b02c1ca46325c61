package org.tornadonn.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.benchmarks.result.ResultsTest;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The page is well-formed and needs nothing else; the document is that of the committed files. */
class ReportTest {
    private static final List<Double> SAMPLES = List.of(2e6, 2.1e6, 2.2e6);

    @TempDir
    Path folder;

    private static Results results() {
        return new Results(
                ResultsTest.run(),
                List.of(ResultsTest.device(0), ResultsTest.device(1)),
                List.of(
                        ResultsTest.measurement(0, "layernorm", "forward", SAMPLES),
                        ResultsTest.measurement(0, "dyt", "forward", List.of(1e6, 1e6)),
                        ResultsTest.measurement(1, "dyt", "forward", SAMPLES),
                        ResultsTest.measurement(0, "gelu", "forward", List.of()),
                        ResultsTest.measurement(0, "dyt", "forward" + Measurement.BESIDE, SAMPLES),
                        ResultsTest.measurement(-1, "dyt", "forward" + Measurement.BESIDE, SAMPLES)));
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    }

    @Test
    void thePageIsWellFormedAndStandsAlone() throws Exception {
        String html = HtmlReport.of(results());
        Document page = parse(html);
        assertEquals(3, page.getElementsByTagName("svg").getLength(), "two rooflines and DyT against LayerNorm");
        assertTrue(page.getElementsByTagName("circle").getLength() >= 5);
        for (String outside : List.of("http", "<script", "<link", "src=", "url(", "@import")) {
            assertFalse(html.contains(outside), outside);
        }
        String text = page.getDocumentElement().getTextContent();
        for (String part : List.of(
                "a <CPU> & more",
                "Roofline",
                "DyT against LayerNorm",
                "Device against device",
                "peer",
                "WRONG: y[0]")) {
            assertTrue(text.contains(part), part);
        }
        assertTrue(text.contains("2.10 times"), "LayerNorm 2.1 ms, DyT 1 ms");
        assertTrue(text.contains("2.10 ms ± 2.4%, best 2.00 ms"), "a peer's bar");
        assertFalse(text.contains("busy"), "a load of a quarter");
    }

    @Test
    void aRunWithoutFiguresHasAPageToo() throws Exception {
        parse(HtmlReport.of(new Results(ResultsTest.run(), List.of(), List.of())));
        parse(HtmlReport.of(new Results(ResultsTest.run(), List.of(ResultsTest.device(0)), List.of())));
    }

    @Test
    void everyRowHasACellUnderEachHead() {
        for (Measurement m : results().measurements()) {
            assertEquals(
                    Figures.HEADS.size(), Figures.cells(m, results().device(m)).size());
        }
    }

    @Test
    void numbersForPeople() {
        assertEquals("934 ns", Figures.time(934));
        assertEquals("1.23 µs", Figures.time(1234));
        assertEquals("12.3 ms", Figures.time(12.34e6));
        assertEquals("1.50 s", Figures.time(1.5e9));
        assertEquals("4.2e-03", Figures.digits(0.0042));
        assertEquals("1.2%", Figures.percent(0.012));
        assertEquals("57%", Figures.percent(0.57));
        assertEquals("50.3 MB", Figures.size(50_331_648));
        assertEquals("512 kB", Figures.size(512_000));
    }

    @Test
    void theDocumentListsEveryRun() throws Exception {
        Path docs = Files.createDirectories(folder.resolve("docs/results")).getParent();
        results().write(docs.resolve("results/bench-a.json"));
        Files.writeString(docs.resolve("results/other.json"), "{}");
        String text = Files.readString(MarkdownReport.write(docs));
        assertTrue(text.contains("[bench-a.json](results/bench-a.json)"), text);
        assertTrue(text.contains("| dyt | forward | 8192 x 768 | 1.00 ms | 1.00 ms |"), text);
        assertFalse(text.contains("other.json"), text);
    }

    @Test
    void theCommittedDocumentIsUpToDate() throws Exception {
        Path docs = Path.of("").toAbsolutePath().getParent().resolve("docs");
        assertEquals(
                MarkdownReport.of(docs.resolve("results")),
                Files.readString(docs.resolve("results.md")),
                "run ./tornado-nn bench --docs");
    }
}
