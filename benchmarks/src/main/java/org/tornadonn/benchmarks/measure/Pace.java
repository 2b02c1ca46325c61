package org.tornadonn.benchmarks.measure;

import org.tornadonn.benchmarks.op.Op;

/**
 * How many samples are taken.
 *
 * @param least samples, however long they take
 * @param most samples, however short they are
 * @param sampleNanos a sample repeats what is measured until it takes about this long
 * @param budgetNanos no further sample is begun after this long
 */
public record Pace(int least, int most, long sampleNanos, long budgetNanos) {
    public static Pace of(Op.Effort effort) {
        return switch (effort) {
            case TINY -> new Pace(2, 2, 1_000, 1_000);
            case QUICK -> new Pace(3, 10, 5_000_000, 100_000_000);
            case FULL -> new Pace(5, 25, 20_000_000, 1_000_000_000);
        };
    }

    /** Executions per sample, where one takes {@code nanos}. */
    public int repeats(long nanos) {
        return Math.clamp(sampleNanos / Math.max(1, nanos), 1, 1000);
    }
}
