package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link LayerNormKernel} in {@link Shape#GROUPS}: a few work-items share a row; in backward a group has the rows of a part. */
public final class LayerNormGroups {
    private LayerNormGroups() {}

    public static void kForward(
            KernelContext context,
            FloatArray y,
            FloatArray mean,
            FloatArray rstd,
            FloatArray x,
            FloatArray gamma,
            FloatArray beta,
            IntArray at,
            int t,
            int rows,
            int c,
            int items,
            float eps) {
        float[] sums = context.allocateFloatLocalArray(128);
        float[] squares = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        // A row past the end has no elements.
        int n = row < rows ? c : 0;
        int i = at.get(t + 3) + row * c;
        float sum = 0f;
        for (int j = lane; j < n; j += items) {
            sum += x.get(i + j);
        }
        sums[item] = sum;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                sums[item] += sums[item + half];
            }
        }
        context.localBarrier();
        float m = sums[item - lane] / c;
        float square = 0f;
        for (int j = lane; j < n; j += items) {
            float d = x.get(i + j) - m;
            square += d * d;
        }
        squares[item] = square;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                squares[item] += squares[item + half];
            }
        }
        context.localBarrier();
        float r = 1f / TornadoMath.sqrt(squares[item - lane] / c + eps);
        if (lane == 0 && row < rows) {
            mean.set(at.get(t + 1) + row, m);
            rstd.set(at.get(t + 2) + row, r);
        }
        int o = at.get(t) + row * c;
        int gamma0 = at.get(t + 4);
        int beta0 = at.get(t + 5);
        for (int j = lane; j < n; j += items) {
            y.set(o + j, gamma.get(gamma0 + j) * ((x.get(i + j) - m) * r) + beta.get(beta0 + j));
        }
    }

    // Sixteen rows at a time: eight work-items sum what a row's gradient needs, then each has columns of all of them.
    public static void kBackward(
            KernelContext context,
            FloatArray dX,
            FloatArray partialGamma,
            FloatArray partialBeta,
            FloatArray dY,
            FloatArray x,
            FloatArray gamma,
            FloatArray mean,
            FloatArray rstd,
            FloatArray dSkip,
            IntArray at,
            int t,
            int rows,
            int c,
            int rowsPerPart,
            int hasSkip) {
        float[] sums = context.allocateFloatLocalArray(128);
        float[] products = context.allocateFloatLocalArray(128);
        int dX0 = at.get(t);
        int dY0 = at.get(t + 3);
        int x0 = at.get(t + 4);
        int gamma0 = at.get(t + 5);
        int mean0 = at.get(t + 6);
        int rstd0 = at.get(t + 7);
        int dSkip0 = at.get(t + 8);
        int item = context.localIdx;
        int lane = item % 8;
        int part = context.groupIdx;
        int partialGamma0 = at.get(t + 1) + part * c;
        int partialBeta0 = at.get(t + 2) + part * c;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        for (int j = item; j < c; j += 128) {
            partialGamma.set(partialGamma0 + j, 0f);
            partialBeta.set(partialBeta0 + j, 0f);
        }
        for (int first = part * rowsPerPart; first < last; first += 16) {
            int own = Math.min(last - 1, first + item / 8);
            float m = mean.get(mean0 + own);
            float sum = 0f;
            float product = 0f;
            for (int j = lane; j < c; j += 8) {
                int i = own * c + j;
                float g = gamma.get(gamma0 + j) * dY.get(dY0 + i);
                sum += g;
                product += g * (x.get(x0 + i) - m);
            }
            sums[item] = sum;
            products[item] = product;
            for (int half = 4; half > 0; half = half / 2) {
                context.localBarrier();
                if (lane < half) {
                    sums[item] += sums[item + half];
                    products[item] += products[item + half];
                }
            }
            context.localBarrier();
            int end = Math.min(last, first + 16);
            for (int j = item; j < c; j += 128) {
                float scale = gamma.get(gamma0 + j);
                float dGamma = partialGamma.get(partialGamma0 + j);
                float dBeta = partialBeta.get(partialBeta0 + j);
                for (int row = first; row < end; row++) {
                    int i = row * c + j;
                    float r = rstd.get(rstd0 + row);
                    float meanG = sums[(row - first) * 8] / c;
                    float meanGh = products[(row - first) * 8] * r / c;
                    float up = dY.get(dY0 + i);
                    float h = (x.get(x0 + i) - mean.get(mean0 + row)) * r;
                    float down = r * (scale * up - meanG - h * meanGh);
                    if (hasSkip == 1) {
                        down += dSkip.get(dSkip0 + i);
                    }
                    dX.set(dX0 + i, down);
                    dGamma += up * h;
                    dBeta += up;
                }
                partialGamma.set(partialGamma0 + j, dGamma);
                partialBeta.set(partialBeta0 + j, dBeta);
            }
            // The next rows' sums must not replace these before all have read them.
            context.localBarrier();
        }
    }
}
