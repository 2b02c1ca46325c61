package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link DropPathKernel} in {@link Shape#GROUPS}: by element. */
public final class DropPathGroups {
    private DropPathGroups() {}

    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            FloatArray factors,
            IntArray at,
            int t,
            int n,
            int perSample) {
        int dX0 = at.get(t);
        int dY0 = at.get(t + 1);
        int factors0 = at.get(t + 2);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            dX.set(dX0 + i, factors.get(factors0 + i / perSample) * dY.get(dY0 + i));
        }
    }
}
