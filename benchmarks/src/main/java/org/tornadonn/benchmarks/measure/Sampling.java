package org.tornadonn.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Samples of an execution.
 *
 * @param kernel nanoseconds on the device per execution, one per sample; empty where nothing tells them
 * @param wall nanoseconds per execution as the program sees it, with launch overhead
 */
public record Sampling(List<Double> kernel, List<Double> wall) {
    public static Sampling of(List<Timing> samples) {
        boolean told = samples.stream().allMatch(s -> s.device() > 0);
        return new Sampling(
                told ? samples.stream().map(Timing::device).toList() : List.of(),
                samples.stream().map(Timing::wall).toList());
    }

    /** @param execute times so many executions in a row */
    public static Sampling of(Pace pace, IntFunction<Timing> execute) {
        // The first execution may still compile or touch memory, so how long one takes is seen at the end of warming
        // up.
        long began = System.nanoTime();
        Timing one;
        do {
            one = execute.apply(1);
        } while (System.nanoTime() - began < pace.budgetNanos() / 4);
        int repeats = pace.repeats((long) one.wall());
        List<Timing> samples = new ArrayList<>();
        began = System.nanoTime();
        while (samples.size() < pace.least()
                || samples.size() < pace.most() && System.nanoTime() - began < pace.budgetNanos()) {
            samples.add(execute.apply(repeats));
        }
        return of(samples);
    }
}
