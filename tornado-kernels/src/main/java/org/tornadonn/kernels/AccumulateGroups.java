package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link AccumulateKernel} in {@link Shape#GROUPS}: by element. */
public final class AccumulateGroups {
    private AccumulateGroups() {}

    public static void kAdd(
            KernelContext context, FloatArray mean, FloatArray grads, FloatArray factors, IntArray at, int t, int n) {
        int mean0 = at.get(t);
        int g0 = at.get(t + 1);
        float keep = factors.get(0);
        float weight = factors.get(1);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            mean.set(mean0 + i, keep * mean.get(mean0 + i) + weight * grads.get(g0 + i));
        }
    }
}
