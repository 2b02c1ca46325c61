package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link DropoutKernel} in {@link Shape#GROUPS}: by element. */
public final class DropoutGroups {
    private DropoutGroups() {}

    public static void kDrop(
            KernelContext context,
            FloatArray y,
            FloatArray x,
            FloatArray key,
            IntArray at,
            int t,
            int n,
            float threshold,
            float scale) {
        int y0 = at.get(t);
        int x0 = at.get(t + 1);
        int key0 = at.get(t + 2);
        int k0 = DropoutKernel.word(key, key0);
        int k1 = DropoutKernel.word(key, key0 + 2);
        int counter = DropoutKernel.word(key, key0 + 4);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            float factor = DropoutKernel.random((int) ((long) counter + i), k0, k1) < threshold ? 0f : scale;
            y.set(y0 + i, factor * x.get(x0 + i));
        }
    }
}
