package org.tornadonn.benchmarks.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadonn.benchmarks.report.ComparisonTable;

class ComparisonTest {
    private static final List<Double> STEADY = List.of(100.0, 101.0, 99.0, 100.0, 102.0);

    private static Comparison.Verdict verdict(List<Double> after) {
        return Comparison.verdict(new Samples(STEADY), new Samples(after));
    }

    @Test
    void noiseIsNoDifference() {
        assertEquals(Comparison.Verdict.SAME, verdict(STEADY));
        assertEquals(Comparison.Verdict.SAME, verdict(List.of(104.0, 104.0, 104.0)), "below a twentieth");
        assertEquals(Comparison.Verdict.SLOWER, verdict(List.of(110.0, 111.0, 112.0)));
        assertEquals(Comparison.Verdict.FASTER, verdict(List.of(90.0, 91.0, 89.0)));
        assertEquals(Comparison.Verdict.SAME, verdict(List.of(80.0, 100.0, 125.0, 130.0, 150.0)), "halves overlap");
        assertEquals(Comparison.Verdict.SLOWER, verdict(List.of(110.0, 110.0, 111.0, 112.0, 50.0)), "one outlier");
    }

    @Test
    void columnsAreEnginesAndDevices() {
        EngineRun a = new EngineRun(
                ResultsTest.run(),
                List.of(ResultsTest.device(0)),
                List.of(
                        ResultsTest.measurement(0, "dyt", "forward", STEADY),
                        ResultsTest.measurement(0, "dyt", "backward", STEADY),
                        ResultsTest.measurement(0, "gelu", "forward", List.of())));
        EngineRun b = new EngineRun(
                ResultsTest.run("TornadoVM SDK 5.2.1"),
                List.of(ResultsTest.device(0), ResultsTest.device(1)),
                List.of(
                        ResultsTest.measurement(0, "dyt", "forward", List.of(150.0, 150.0)),
                        ResultsTest.measurement(1, "dyt", "forward", List.of(50.0, 50.0))));
        Comparison c = Comparison.of(List.of(new Results(List.of(a)), new Results(List.of(b))));
        assertEquals(c, Comparison.of(List.of(new Results(List.of(a, b)))), "engines of one file, or two files");
        assertEquals(3, c.columns().size());
        assertEquals(2, c.rows().size(), "what failed is not compared");
        Comparison.Row forward = c.rows().getFirst();
        assertEquals(Comparison.Verdict.SLOWER, forward.cells().get(1).verdict());
        assertEquals(1.5, forward.cells().get(1).ratio(), 1e-9);
        assertEquals(Comparison.Verdict.FASTER, forward.cells().get(2).verdict());
        assertEquals(Comparison.Verdict.MISSING, c.rows().get(1).cells().get(1).verdict());
        String text = ComparisonTable.of(c);
        assertTrue(text.contains("SLOWER") && text.contains("1 slower, 1 faster"), text);
        assertTrue(text.contains("device 1"), text);
    }
}
