package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The mean of gradients that come one after the other: mean = keep mean + weight grads. With weights w it is kept by keep = W / (W +
 * w) and weight = w / (W + w), where W is the sum of the weights before; keep 0 begins it.
 */
public final class AccumulateKernel {
    private static final int BLOCK = 16384;

    private AccumulateKernel() {}

    public static void kAdd(
            FloatArray mean,
            FloatArray grads,
            FloatArray factors,
            IntArray at,
            int t,
            int blocks,
            int n,
            int perBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int mean0 = at.get(t);
            int g0 = at.get(t + 1);
            float keep = factors.get(0);
            float weight = factors.get(1);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    mean.set(mean0 + i + l, keep * mean.get(mean0 + i + l) + weight * grads.get(g0 + i + l));
                }
            }
            for (int i = whole; i < last; i++) {
                mean.set(mean0 + i, keep * mean.get(mean0 + i) + weight * grads.get(g0 + i));
            }
        }
    }

    /** Adds grads [n] to mean [n] in place; factors = {keep, weight}. */
    public static void add(Stage s, String id, Slice mean, Slice grads, FloatArray factors, int n) {
        int t = s.place(mean, grads);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(n));
            s.graph()
                    .task(
                            id,
                            AccumulateGroups::kAdd,
                            new KernelContext(),
                            mean.array(),
                            grads.array(),
                            factors,
                            s.table(),
                            t,
                            n);
            return;
        }
        s.graph()
                .task(
                        id,
                        AccumulateKernel::kAdd,
                        mean.array(),
                        grads.array(),
                        factors,
                        s.table(),
                        t,
                        Rows.divideUp(n, BLOCK),
                        n,
                        BLOCK);
    }
}
