package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link LayerNormKernel} in {@link Shape#GROUPS}: a group has a row, in backward the rows of a part. */
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
            int c,
            float eps) {
        float[] sums = context.allocateFloatLocalArray(128);
        float[] squares = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int row = context.groupIdx;
        int i = at.get(t + 3) + row * c;
        float sum = 0f;
        for (int j = item; j < c; j += 128) {
            sum += x.get(i + j);
        }
        sums[item] = sum;
        for (int half = 64; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        context.localBarrier();
        float m = sums[0] / c;
        float square = 0f;
        for (int j = item; j < c; j += 128) {
            float d = x.get(i + j) - m;
            square += d * d;
        }
        squares[item] = square;
        for (int half = 64; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                squares[item] += squares[item + half];
            }
        }
        context.localBarrier();
        float r = 1f / TornadoMath.sqrt(squares[0] / c + eps);
        if (item == 0) {
            mean.set(at.get(t + 1) + row, m);
            rstd.set(at.get(t + 2) + row, r);
        }
        int o = at.get(t) + row * c;
        int gamma0 = at.get(t + 4);
        int beta0 = at.get(t + 5);
        for (int j = item; j < c; j += 128) {
            y.set(o + j, gamma.get(gamma0 + j) * ((x.get(i + j) - m) * r) + beta.get(beta0 + j));
        }
    }

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
        int item = context.localIdx;
        int part = context.groupIdx;
        int partialGamma0 = at.get(t + 1) + part * c;
        int partialBeta0 = at.get(t + 2) + part * c;
        int gamma0 = at.get(t + 5);
        float skip = hasSkip;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        for (int j = item; j < c; j += 128) {
            partialGamma.set(partialGamma0 + j, 0f);
            partialBeta.set(partialBeta0 + j, 0f);
        }
        for (int row = part * rowsPerPart; row < last; row++) {
            int o = at.get(t) + row * c;
            int u = at.get(t + 3) + row * c;
            int i = at.get(t + 4) + row * c;
            int k = at.get(t + 8) + row * c;
            float m = mean.get(at.get(t + 6) + row);
            float r = rstd.get(at.get(t + 7) + row);
            float sum = 0f;
            float product = 0f;
            // A channel's sums belong to one item: the same in every row.
            for (int j = item; j < c; j += 128) {
                float up = dY.get(u + j);
                float h = (x.get(i + j) - m) * r;
                float g = gamma.get(gamma0 + j) * up;
                sum += g;
                product += g * h;
                partialGamma.set(partialGamma0 + j, partialGamma.get(partialGamma0 + j) + up * h);
                partialBeta.set(partialBeta0 + j, partialBeta.get(partialBeta0 + j) + up);
            }
            sums[item] = sum;
            products[item] = product;
            for (int half = 64; half > 0; half = half / 2) {
                context.localBarrier();
                if (item < half) {
                    sums[item] += sums[item + half];
                    products[item] += products[item + half];
                }
            }
            context.localBarrier();
            float meanG = sums[0] / c;
            float meanGh = products[0] / c;
            // The next row's sums must not replace these before all have read them.
            context.localBarrier();
            for (int j = item; j < c; j += 128) {
                float h = (x.get(i + j) - m) * r;
                float g = gamma.get(gamma0 + j) * dY.get(u + j);
                dX.set(o + j, r * (g - meanG - h * meanGh) + skip * dSkip.get(k + j));
            }
        }
    }
}
