package org.tornadonn.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Samples of an execution.
 *
 * @param kernel nanoseconds on the device per execution, one per sample; empty where the engine reports none
 * @param wall nanoseconds per execution as the program sees it, with launch overhead
 */
public record Sampling(List<Double> kernel, List<Double> wall) {
    /** @param execute executes once and returns the kernel time in nanoseconds, or 0 */
    public static Sampling of(Pace pace, LongSupplier execute) {
        // The first execution may still compile or touch memory, so how long one takes is seen at the end of warming
        // up.
        long began = System.nanoTime();
        long one;
        do {
            long start = System.nanoTime();
            execute.getAsLong();
            one = System.nanoTime() - start;
        } while (System.nanoTime() - began < pace.budgetNanos() / 4);
        int repeats = pace.repeats(one);
        List<Double> kernels = new ArrayList<>();
        List<Double> walls = new ArrayList<>();
        began = System.nanoTime();
        while (walls.size() < pace.least()
                || walls.size() < pace.most() && System.nanoTime() - began < pace.budgetNanos()) {
            long kernel = 0;
            long start = System.nanoTime();
            for (int i = 0; i < repeats; i++) {
                kernel += execute.getAsLong();
            }
            walls.add(each(System.nanoTime() - start, repeats));
            kernels.add(each(kernel, repeats));
        }
        boolean reported = kernels.stream().allMatch(k -> k > 0);
        return new Sampling(reported ? kernels : List.of(), walls);
    }

    /** To a tenth of a nanosecond: more digits would only fill files. */
    private static double each(long nanos, int repeats) {
        return Math.round(10.0 * nanos / repeats) / 10.0;
    }
}
