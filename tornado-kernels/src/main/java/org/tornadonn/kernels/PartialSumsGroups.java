package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link PartialSums} in {@link Shape#GROUPS}: a group has 16 columns, eight work-items a column. */
public final class PartialSumsGroups {
    private PartialSumsGroups() {}

    public static void kSumParts(
            KernelContext context,
            FloatArray out,
            FloatArray partial,
            IntArray at,
            int t,
            int parts,
            int stride,
            int n) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int column = context.groupIdx * 16 + item % 16;
        // Columns past the end repeat the last one and are not stored.
        int from = at.get(t + 1) + Math.min(column, n - 1);
        float sum = 0f;
        for (int p = item / 16; p < parts; p += 8) {
            sum += partial.get(from + p * stride);
        }
        sums[item] = sum;
        for (int half = 64; half >= 16; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item < 16 && column < n) {
            out.set(at.get(t) + column, sums[item]);
        }
    }
}
