package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link RmsNormKernel} in {@link Shape#GROUPS}: a few work-items share a row; in backward a group has the rows of a part. */
public final class RmsNormGroups {
    private RmsNormGroups() {}

    public static void kForward(
            KernelContext context,
            FloatArray y,
            FloatArray rstd,
            FloatArray x,
            FloatArray gamma,
            IntArray at,
            int t,
            int rows,
            int c,
            int items,
            float eps) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        // A row past the end has no elements.
        int n = row < rows ? c : 0;
        int i = at.get(t + 2) + row * c;
        float sum = 0f;
        for (int j = lane; j < n; j += items) {
            float in = x.get(i + j);
            sum += in * in;
        }
        sums[item] = sum;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                sums[item] += sums[item + half];
            }
        }
        context.localBarrier();
        float r = 1f / TornadoMath.sqrt(sums[item - lane] / c + eps);
        if (lane == 0 && row < rows) {
            rstd.set(at.get(t + 1) + row, r);
        }
        int o = at.get(t) + row * c;
        int gamma0 = at.get(t + 3);
        for (int j = lane; j < n; j += items) {
            y.set(o + j, gamma.get(gamma0 + j) * (x.get(i + j) * r));
        }
    }

    // Sixteen rows at a time: eight work-items sum what a row's gradient needs, then each has columns of all of them.
    public static void kBackward(
            KernelContext context,
            FloatArray dX,
            FloatArray partialGamma,
            FloatArray dY,
            FloatArray x,
            FloatArray gamma,
            FloatArray rstd,
            FloatArray dSkip,
            IntArray at,
            int t,
            int rows,
            int c,
            int rowsPerPart,
            int hasSkip) {
        float[] sums = context.allocateFloatLocalArray(128);
        int dX0 = at.get(t);
        int dY0 = at.get(t + 2);
        int x0 = at.get(t + 3);
        int gamma0 = at.get(t + 4);
        int rstd0 = at.get(t + 5);
        int dSkip0 = at.get(t + 6);
        int item = context.localIdx;
        int lane = item % 8;
        int part = context.groupIdx;
        int partialGamma0 = at.get(t + 1) + part * c;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        for (int j = item; j < c; j += 128) {
            partialGamma.set(partialGamma0 + j, 0f);
        }
        for (int first = part * rowsPerPart; first < last; first += 16) {
            int own = first + item / 8;
            int n = own < last ? c : 0;
            float sum = 0f;
            for (int j = lane; j < n; j += 8) {
                int i = own * c + j;
                sum += gamma.get(gamma0 + j) * dY.get(dY0 + i) * x.get(x0 + i);
            }
            sums[item] = sum;
            for (int half = 4; half > 0; half = half / 2) {
                context.localBarrier();
                if (lane < half) {
                    sums[item] += sums[item + half];
                }
            }
            if (lane == 0) {
                sums[item] = sums[item] / c;
            }
            context.localBarrier();
            int end = Math.min(last, first + 16);
            for (int j = item; j < c; j += 128) {
                float scale = gamma.get(gamma0 + j);
                float dGamma = partialGamma.get(partialGamma0 + j);
                for (int row = first; row < end; row++) {
                    int i = row * c + j;
                    float r = rstd.get(rstd0 + row);
                    float meanGh = sums[(row - first) * 8] * r;
                    float up = dY.get(dY0 + i);
                    float h = x.get(x0 + i) * r;
                    float down = r * (scale * up - h * meanGh);
                    if (hasSkip == 1) {
                        down += dSkip.get(dSkip0 + i);
                    }
                    dX.set(dX0 + i, down);
                    dGamma += up * h;
                }
                partialGamma.set(partialGamma0 + j, dGamma);
            }
            // The next rows' sums must not replace these before all have read them.
            context.localBarrier();
        }
    }
}
