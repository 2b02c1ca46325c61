package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link GradientNormKernel} in {@link Shape#GROUPS}: a group sums a block of squares, and one all blocks. */
public final class GradientNormGroups {
    private GradientNormGroups() {}

    public static void kSquares(
            KernelContext context, FloatArray partial, FloatArray grads, IntArray at, int t, int n, int perBlock) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int g0 = at.get(t);
        int first = context.groupIdx * perBlock;
        int last = Math.min(n, first + perBlock);
        float sum = 0f;
        for (int i = first + item; i < last; i += 128) {
            float g = grads.get(g0 + i);
            sum += g * g;
        }
        sums[item] = sum;
        for (int half = 64; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item == 0) {
            partial.set(context.groupIdx, sums[0]);
        }
    }

    public static void kNorm(KernelContext context, FloatArray norm, FloatArray partial, int blocks, float clip) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        float sum = 0f;
        for (int block = item; block < blocks; block += 128) {
            sum += partial.get(block);
        }
        sums[item] = sum;
        for (int half = 64; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item == 0) {
            float value = TornadoMath.sqrt(sums[0]);
            float factor = 1f;
            if (clip > 0f) {
                factor = Math.min(1f, clip / (value + 1e-6f));
            }
            norm.set(0, value);
            norm.set(1, factor);
        }
    }
}
