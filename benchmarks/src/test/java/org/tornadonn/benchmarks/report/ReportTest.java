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
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.EngineRun;
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
        return new Results(List.of(run()));
    }

    private static EngineRun run() {
        return new EngineRun(
                ResultsTest.run(),
                List.of(ResultsTest.device(0), ResultsTest.device(1)),
                List.of(
                        ResultsTest.measurement(0, "layernorm", "forward", SAMPLES),
                        ResultsTest.measurement(0, "dyt", "forward", List.of(1e6, 1e6)),
                        ResultsTest.measurement(1, "dyt", "forward", SAMPLES),
                        ResultsTest.measurement(0, "gelu", "forward", List.of()),
                        ResultsTest.measurement(0, "dyt", "forward" + Measurement.BESIDE, SAMPLES),
                        ResultsTest.measurement(-1, "dyt", "forward" + Measurement.BESIDE, SAMPLES),
                        onGpu()));
    }

    /** A peer whose kernels take 25 µs of the 60 that its program waits. */
    private static Measurement onGpu() {
        return new Measurement(
                -1,
                "PyTorch eager",
                "dyt",
                "forward" + Measurement.BESIDE,
                "8192 x 768",
                1_000_000_000,
                5_000_000,
                0,
                null,
                null,
                List.of(25e3),
                List.of(60e3),
                null,
                null,
                null);
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
                "device against device",
                "peer",
                "WRONG: y[0]")) {
            assertTrue(text.contains(part), part);
        }
        assertTrue(text.contains("2.10 times"), "LayerNorm 2.1 ms, DyT 1 ms");
        assertTrue(text.contains("2.10 ms ± 2.4%, best 2.00 ms, wall 2.10 ms"), "a peer's bar");
        assertTrue(text.contains("25.0 µs ± 0.0%, best 25.0 µs, wall 60.0 µs"), "a peer's bar on a GPU");
        assertFalse(text.contains("busy"), "a load of a quarter");
    }

    @Test
    void aRunWithoutFiguresHasAPageToo() throws Exception {
        parse(HtmlReport.of(new Results(List.of(new EngineRun(ResultsTest.run(), List.of(), List.of())))));
        parse(HtmlReport.of(
                new Results(List.of(new EngineRun(ResultsTest.run(), List.of(ResultsTest.device(0)), List.of())))));
    }

    /** Such as the unfolding of patches. */
    @Test
    void whatOnlyMovesBytesIsInTheTableAndNotInTheRoofline() throws Exception {
        Measurement moves = new Measurement(
                0,
                Measurement.OURS,
                "patches",
                "unfold",
                "8",
                1024,
                0,
                0,
                null,
                null,
                SAMPLES,
                SAMPLES,
                null,
                null,
                null);
        EngineRun run = new EngineRun(
                ResultsTest.run(),
                List.of(ResultsTest.device(0)),
                List.of(moves, ResultsTest.measurement(0, "gelu", "forward", SAMPLES)));
        Document page = parse(HtmlReport.of(new Results(List.of(run))));
        assertEquals(1, page.getElementsByTagName("svg").getLength());
        assertTrue(page.getDocumentElement().getTextContent().contains("unfold"));
        assertFalse(page.getElementsByTagName("svg").item(0).getTextContent().contains("unfold"));
    }

    /** A training step as the embedded engine would measure it: 64 images in 0.2 s. */
    private static Measurement training(int device, List<Double> nanos) {
        return new Measurement(
                device,
                Measurement.OURS,
                "train",
                "DyT",
                "width 192 depth 6 batch 64",
                1_000_000,
                5_000_000,
                64,
                null,
                3_000.0,
                List.of(),
                nanos,
                nanos.isEmpty() ? null : 512_000_000L,
                nanos.isEmpty() ? null : 900_000_000L,
                nanos.isEmpty() ? "cannot be compiled" : null);
    }

    /** The embedded engine on one device; the SDK on it, three times as slow, and on one without peaks where nothing ran. */
    private static Results engines() {
        DeviceRecord device = ResultsTest.device(0);
        DeviceRecord broken = new DeviceRecord(1, "PTX", "GPU", "a GPU", "CUDA", "groups", null, 8, 1L << 34, null);
        EngineRun embedded = new EngineRun(
                ResultsTest.run(),
                List.of(device),
                List.of(
                        ResultsTest.measurement(0, "dyt", "forward", List.of(1e6, 1e6)),
                        ResultsTest.measurement(0, "gelu", "forward", List.of(1e6, 1e6)),
                        training(0, List.of(2e8))));
        EngineRun sdk = new EngineRun(
                ResultsTest.run("TornadoVM SDK 5.2.1"),
                List.of(device, broken),
                List.of(
                        ResultsTest.measurement(0, "dyt", "forward", List.of(3e6, 3e6)),
                        ResultsTest.measurement(0, "gelu", "forward", List.of()),
                        training(0, List.of(6e8)),
                        ResultsTest.measurement(1, "dyt", "forward", List.of()),
                        training(1, List.of())));
        return new Results(List.of(embedded, sdk));
    }

    @Test
    void enginesStandSideBySide() throws Exception {
        Path docs = Files.createDirectories(folder.resolve("docs/results")).getParent();
        engines().write(docs.resolve("results/bench-engines.json"));
        String text = Files.readString(MarkdownReport.write(docs));
        for (String row : List.of(
                "|  | embedded | sdk |",
                "| engine | tornado-embedded 0.1.0 | TornadoVM SDK 5.2.1 |",
                "| op | pass | size | embedded 0 | sdk 0 | sdk 0 / embedded 0 | sdk 1 | sdk 1 / embedded 0 | embedded 0 of peak |",
                "| dyt | forward | 8192 x 768 | 1.00 ms | 3.00 ms | 3.00 | WRONG: y[0] |  | 5000% | 1667% |  |",
                "| gelu | forward | 8192 x 768 | 1.00 ms | WRONG: y[0] |  |  |  | 5000% |  |  |",
                "| width 192 depth 6 batch 64 | DyT | embedded 0 | 200 ms | 3.00 s | 320 | 512 MB | 900 MB |",
                "| width 192 depth 6 batch 64 | DyT | sdk 0 | 600 ms | 3.00 s | 107 | 512 MB | 900 MB |",
                "| width 192 depth 6 batch 64 | DyT | sdk 1 | cannot be compiled |",
                "its peaks could not be measured")) {
            assertTrue(text.contains(row), row + "\n" + text);
        }
        String page = parse(HtmlReport.of(engines())).getDocumentElement().getTextContent();
        for (String part : List.of("Engine against engine", "sdk 0 / embedded 0", "Training steps", "sdk, device 1")) {
            assertTrue(page.contains(part), part);
        }
    }

    @Test
    void everyRowHasACellUnderEachHead() {
        for (Measurement m : run().measurements()) {
            assertEquals(Figures.HEADS.size(), Figures.cells(m, run().device(m)).size());
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
        assertTrue(
                text.contains("| dyt forward | 8192 x 768 | PyTorch eager | 25.0 µs | 25.0 µs | 0.0% | 60.0 µs |"),
                text);
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
