package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link PartialSums} in {@link Shape#GROUPS}: a group has some columns, a power of two, and its work-items share their parts. */
public final class PartialSumsGroups {
    private PartialSumsGroups() {}

    public static void kSumParts(
            KernelContext context,
            @Stored FloatArray out,
            FloatArray partial,
            IntArray at,
            int t,
            int parts,
            int stride,
            int n,
            int columns) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int column = context.groupIdx * columns + item % columns;
        // Columns past the end repeat the last one and are not stored.
        int from = at.get(t + 1) + Math.min(column, n - 1);
        int step = 128 / columns;
        float sum = 0f;
        for (int first = item / columns; first < parts; first += 16 * step) {
            float[] some = new float[16];
            for (int l = 0; l < 16; l++) {
                some[l] = partial.get(from + Math.min(parts - 1, first + l * step) * stride);
            }
            for (int l = 0; l < 16; l++) {
                sum += first + l * step < parts ? some[l] : 0f;
            }
        }
        sums[item] = sum;
        for (int half = 64; half >= columns; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item < columns && column < n) {
            out.set(at.get(t) + column, sums[item]);
        }
    }
}
