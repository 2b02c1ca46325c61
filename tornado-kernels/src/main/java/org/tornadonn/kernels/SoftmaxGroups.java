package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link SoftmaxKernel} in {@link Shape#GROUPS}: a few work-items share a row. */
public final class SoftmaxGroups {
    private SoftmaxGroups() {}

    public static void kForward(
            KernelContext context,
            @Stored FloatArray y,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int rows,
            int c,
            int items) {
        float[] maxima = context.allocateFloatLocalArray(128);
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        // Rows past the end repeat the last one and are not stored.
        int i = at.get(t + 1) + Math.min(row, rows - 1) * c;
        // The first eight elements stay in registers; those of longer rows are read again.
        float[] ins = new float[8];
        for (int l = 0; l < 8; l++) {
            ins[l] = x.get(i + Math.min(c - 1, lane + l * items));
        }
        int rest = lane + 8 * items;
        float most = ins[0];
        for (int l = 1; l < 8; l++) {
            most = Math.max(most, ins[l]);
        }
        for (int j = rest; j < c; j += items) {
            most = Math.max(most, x.get(i + j));
        }
        maxima[item] = most;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                maxima[item] = Math.max(maxima[item], maxima[item + half]);
            }
        }
        context.localBarrier();
        float maximum = maxima[item - lane];
        float sum = 0f;
        float[] exps = new float[8];
        for (int l = 0; l < 8; l++) {
            exps[l] = TornadoMath.exp(ins[l] - maximum);
            sum += lane + l * items < c ? exps[l] : 0f;
        }
        for (int j = rest; j < c; j += items) {
            sum += TornadoMath.exp(x.get(i + j) - maximum);
        }
        sums[item] = sum;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                sums[item] += sums[item + half];
            }
        }
        context.localBarrier();
        float inverse = 1f / sums[item - lane];
        if (row < rows) {
            int o = at.get(t) + row * c;
            for (int l = 0; l < 8; l++) {
                int j = lane + l * items;
                if (j < c) {
                    y.set(o + j, exps[l] * inverse);
                }
            }
            for (int j = rest; j < c; j += items) {
                y.set(o + j, TornadoMath.exp(x.get(i + j) - maximum) * inverse);
            }
        }
    }

    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            @Stored FloatArray y,
            IntArray at,
            int t,
            int rows,
            int c,
            int items) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        int n = row < rows ? c : 0;
        int u = at.get(t + 1) + row * c;
        int i = at.get(t + 2) + row * c;
        float sum = 0f;
        for (int j = lane; j < n; j += items) {
            sum += dY.get(u + j) * y.get(i + j);
        }
        sums[item] = sum;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                sums[item] += sums[item + half];
            }
        }
        context.localBarrier();
        float product = sums[item - lane];
        int o = at.get(t) + row * c;
        for (int j = lane; j < n; j += items) {
            dX.set(o + j, y.get(i + j) * (dY.get(u + j) - product));
        }
    }
}
