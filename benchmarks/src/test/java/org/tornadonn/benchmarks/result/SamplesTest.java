package org.tornadonn.benchmarks.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void medianAndQuartiles() {
        Samples five = new Samples(List.of(5.0, 1.0, 3.0, 2.0, 4.0));
        assertEquals(3, five.median());
        assertEquals(1, five.best());
        assertEquals(2, five.lowerQuartile());
        assertEquals(4, five.upperQuartile());
        assertEquals(1 / 3.0, five.spread(), 1e-12);
        assertEquals(2.5, new Samples(List.of(1.0, 2.0, 3.0, 4.0)).median());
        assertEquals(7, new Samples(List.of(7.0)).upperQuartile());
        assertEquals(0, new Samples(List.of(7.0)).spread());
        assertThrows(IllegalArgumentException.class, () -> new Samples(List.of()));
    }

    @Test
    void oneOutlierMovesNothing() {
        assertEquals(
                new Samples(List.of(1.0, 1.0, 1.0, 1.0, 1.0)).spread(),
                new Samples(List.of(1.0, 1.0, 1.0, 1.0, 90.0)).spread());
    }

    @Test
    void peaksBound() {
        Peaks peaks =
                new Peaks(List.of(new Peaks.Copy(1_000, 100e9), new Peaks.Copy(1_000_000, 10e9)), 200e9, 1e9, 1e9);
        assertEquals(100e9, peaks.bandwidth(500));
        assertEquals(100e9, peaks.bandwidth(20_000));
        assertEquals(10e9, peaks.bandwidth(50_000));
        assertEquals(10e9, peaks.bandwidth(Long.MAX_VALUE));
        assertEquals(0.1, peaks.seconds(1_000_000_000, 200), 1e-12);
        assertTrue(peaks.memoryBound(1_000_000_000, 200));
        assertFalse(peaks.memoryBound(1, 1_000_000));
        Measurement m = ResultsTest.measurement(0, "dyt", "forward", List.of(0.2e9));
        assertEquals(0.5, m.share(peaks), 1e-9);
    }
}
