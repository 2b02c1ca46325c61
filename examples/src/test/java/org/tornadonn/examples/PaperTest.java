package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.examples.StudyReport.Spread;

/** The paper's comparisons: run, resumed, reported, and what is said of them. */
class PaperTest {
    private static final String TINY = "--width 16 --depth 2 --heads 1 --patch 8 --batch 64";

    @TempDir
    Path folder;

    private Said study(String command, String options) {
        return Said.by(("paper " + command + " --out " + folder + " " + options + " -- " + TINY).split(" +"));
    }

    @Test
    void aStudyTrainsEachOnceAndReports() throws Exception {
        String pair = "--models vit --epochs 0.01";
        assertEquals(0, study("pair", pair).code());
        String report = Files.readString(folder.resolve("report.html"));
        assertTrue(report.contains("<td>LayerNorm</td>") && report.contains("<td>DyT</td>"), report);
        assertTrue(report.contains("82.5 (B)"), "the paper's figures");
        assertTrue(report.contains("data:image/png;base64,iVBOR"), "curves");
        Path log = folder.resolve("vit-dyt-1").resolve("log.jsonl");
        String trained = Files.readString(log);
        Said again = study("pair", pair);
        assertEquals(2, again.out().split("Already trained").length - 1, again.out());
        assertEquals(trained, Files.readString(log), "nothing was trained twice");

        Said other = study("pair", "--models vit --epochs 0.02");
        assertEquals(1, other.code());
        assertTrue(other.err().contains("other options") && other.err().contains("--epochs 0.01"), other.err());
    }

    /** On the embedded engine: TornadoVM takes minutes to compile seven models. */
    @Test
    @Tag("embedded")
    void divergenceIsAResult() throws Exception {
        assertEquals(0, study("squash", "--epochs 0.01").code());
        Files.writeString(
                folder.resolve("vit-dyidentity-1").resolve("log.jsonl"),
                "{\"model\":\"DyIdentity\",\"step\":7,\"diverged\":true}\n",
                StandardOpenOption.APPEND);
        assertEquals(0, study("squash", "--epochs 0.01").code());
        String report = Files.readString(folder.resolve("report.html"));
        assertTrue(report.contains("<td>DyIdentity</td><td>diverged</td><td>61.0, then diverged</td>"), report);
        assertFalse(report.contains("DyIdentity is"), "what diverged has no accuracy to compare");
    }

    @Test
    @Tag("embedded")
    void alphaGoesWithTheDeviationOfItsInput() throws Exception {
        assertEquals(0, study("alpha", "--values 0.5,1 --epochs 0.01").code());
        String report = Files.readString(folder.resolve("report.html"));
        assertTrue(
                report.contains("alpha0 1.0, seed 1") && report.contains("Correlation of alpha and 1 / std"), report);
        Alphas alphas = Alphas.read(folder.resolve("vit-alpha0-0.5-1").resolve("alpha.jsonl"))
                .get("DyT");
        assertEquals(
                Set.of("blocks.0.norm1", "blocks.0.norm2", "blocks.1.norm1", "blocks.1.norm2", "fc_norm"),
                alphas.alpha().keySet());
        alphas.alpha().values().forEach(a -> assertEquals(0.5, a.lastEntry().getValue(), 0.1));
        alphas.inverseStd().values().forEach(s -> assertTrue(s.lastEntry().getValue() > 0.1, s::toString));
    }

    @Test
    @Tag("embedded")
    void theCurvesOfLayerNorm() throws Exception {
        Said said = study("curves", "--epochs 0.01");
        assertEquals(0, said.code(), said.err());
        String report = Files.readString(folder.resolve("report.html"));
        assertTrue(
                report.matches("(?s).*blocks.0.norm1 0\\.\\d\\d; blocks.0.norm2 [01]\\.\\d\\d; blocks.1.norm1 .*"),
                report);
    }

    @Test
    void correlationIsPearsons() {
        assertEquals(1, Alphas.correlation(List.of(1.0, 2.0, 4.0), List.of(3.0, 5.0, 9.0)), 1e-12);
        assertEquals(-0.5, Alphas.correlation(List.of(1.0, 2.0, 3.0), List.of(2.0, 3.0, 1.0)), 1e-12);
    }

    @Test
    void saysWhatTheSeedsShow() {
        StudyReport report = new StudyReport(new Study("", "", "LayerNorm"), List.of(), List.of());
        Spread base = new Spread(List.of(60.0, 61.0, 62.0), 0);
        assertEquals("61.0 ± 1.0", base.toString());
        assertEquals("50.0, and 2 diverged", new Spread(List.of(50.0), 2).toString());
        String near = report.verdicts(Map.of("LayerNorm", base, "DyT", new Spread(List.of(60.5, 61.5, 62.5), 0)))
                .getFirst();
        assertTrue(near.startsWith("DyT is 0.5 points above LayerNorm") && near.endsWith("do not show it."), near);
        String far = report.verdicts(Map.of("LayerNorm", base, "DyT", new Spread(List.of(50.0, 51.0, 52.0), 0)))
                .getFirst();
        assertTrue(far.startsWith("DyT is 10.0 points below LayerNorm") && far.endsWith("show it."), far);
        assertFalse(far.contains("do not"), far);
        String one = report.verdicts(Map.of("LayerNorm", base, "DyT", new Spread(List.of(50.0), 0)))
                .getFirst();
        assertTrue(one.contains("One seed"), one);
    }
}
