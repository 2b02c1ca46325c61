package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link DropoutKernel} in {@link Shape#GROUPS}: by element. */
public final class DropoutGroups {
    private DropoutGroups() {}

    public static void kDrop(
            KernelContext context,
            @Stored FloatArray y,
            @Stored FloatArray x,
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
        int first = context.groupIdx * Groups.ELEMENTS + context.localIdx;
        float[] ins = new float[4];
        for (int l = 0; l < 4; l++) {
            ins[l] = x.get(x0 + Math.min(n - 1, first + 128 * l));
        }
        for (int l = 0; l < 4; l++) {
            int i = first + 128 * l;
            if (i < n) {
                float factor = DropoutKernel.random((int) ((long) counter + i), k0, k1) < threshold ? 0f : scale;
                y.set(y0 + i, factor * ins[l]);
            }
        }
    }
}
