package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link BiasKernel} in {@link Shape#GROUPS}: a group has 32 columns of the rows of a part; 32 work-items have a row. */
public final class BiasGroups {
    private BiasGroups() {}

    public static void kBackward(
            KernelContext context,
            FloatArray partial,
            @Stored FloatArray dY,
            IntArray at,
            int t,
            int rows,
            int c,
            int rowsPerPart) {
        float[] sums = context.allocateFloatLocalArray(128);
        int dY0 = at.get(t + 1);
        int item = context.localIdx;
        int chunks = (c + 31) / 32;
        int part = context.groupIdx / chunks;
        int column = context.groupIdx % chunks * 32 + item % 32;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        float sum = 0f;
        if (column < c) {
            for (int first = part * rowsPerPart + item / 32; first < last; first += 32) {
                float[] ups = new float[8];
                for (int r = 0; r < 8; r++) {
                    ups[r] = dY.get(dY0 + Math.min(last - 1, first + 4 * r) * c + column);
                }
                for (int r = 0; r < 8; r++) {
                    sum += first + 4 * r < last ? ups[r] : 0f;
                }
            }
        }
        sums[item] = sum;
        for (int half = 64; half >= 32; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item < 32 && column < c) {
            partial.set(at.get(t) + part * c + column, sums[item]);
        }
    }
}
