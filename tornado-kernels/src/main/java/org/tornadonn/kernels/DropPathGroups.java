package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link DropPathKernel} in {@link Shape#GROUPS}: by element. */
public final class DropPathGroups {
    private DropPathGroups() {}

    public static void kScale(
            KernelContext context,
            FloatArray residual,
            FloatArray y,
            FloatArray x,
            FloatArray factors,
            IntArray at,
            int t,
            int n,
            int perSample,
            int hasResidual) {
        int residual0 = at.get(t);
        int y0 = at.get(t + 1);
        int x0 = at.get(t + 2);
        int factors0 = at.get(t + 3);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            float v = factors.get(factors0 + i / perSample) * x.get(x0 + i);
            if (hasResidual == 1) {
                v += residual.get(residual0 + i);
            }
            y.set(y0 + i, v);
        }
    }
}
