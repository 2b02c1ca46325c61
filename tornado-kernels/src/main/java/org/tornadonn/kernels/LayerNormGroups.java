package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link LayerNormKernel} in {@link Shape#GROUPS}: a few work-items share a row; in backward a group has the rows of a part. */
public final class LayerNormGroups {
    /** Columns of four rows that fit in the 48 KB of local memory that every GPU has. */
    static final int KEPT = 1024;

    private LayerNormGroups() {}

    public static void kForward(
            KernelContext context,
            @Stored FloatArray y,
            FloatArray mean,
            FloatArray rstd,
            @Stored FloatArray x,
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
        int gamma0 = at.get(t + 4);
        int beta0 = at.get(t + 5);
        // Rows past the end repeat the last one and are not stored.
        int i = at.get(t + 3) + Math.min(row, rows - 1) * c;
        // The first eight elements stay in registers; those of longer rows are read again.
        float[] ins = new float[8];
        float[] scales = new float[8];
        float[] offsets = new float[8];
        for (int l = 0; l < 8; l++) {
            int j = Math.min(c - 1, lane + l * items);
            ins[l] = x.get(i + j);
            scales[l] = gamma.get(gamma0 + j);
            offsets[l] = beta.get(beta0 + j);
        }
        int rest = lane + 8 * items;
        float sum = 0f;
        for (int l = 0; l < 8; l++) {
            sum += lane + l * items < c ? ins[l] : 0f;
        }
        for (int j = rest; j < c; j += items) {
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
        for (int l = 0; l < 8; l++) {
            float d = lane + l * items < c ? ins[l] - m : 0f;
            square += d * d;
        }
        for (int j = rest; j < c; j += items) {
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
        if (row < rows) {
            if (lane == 0) {
                mean.set(at.get(t + 1) + row, m);
                rstd.set(at.get(t + 2) + row, r);
            }
            int o = at.get(t) + row * c;
            for (int l = 0; l < 8; l++) {
                int j = lane + l * items;
                if (j < c) {
                    y.set(o + j, scales[l] * ((ins[l] - m) * r) + offsets[l]);
                }
            }
            for (int j = rest; j < c; j += items) {
                y.set(o + j, gamma.get(gamma0 + j) * ((x.get(i + j) - m) * r) + beta.get(beta0 + j));
            }
        }
    }

    // Four rows at a time: 32 work-items sum what a row's gradient needs, then each of the 128 has columns of all four.
    // The first
    // `kept` columns are in local memory meanwhile; the others are read again.
    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dX,
            FloatArray partialGamma,
            FloatArray partialBeta,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            FloatArray gamma,
            FloatArray mean,
            FloatArray rstd,
            @Stored FloatArray dSkip,
            IntArray at,
            int t,
            int rows,
            int c,
            int rowsPerPart,
            int kept,
            int hasSkip) {
        float[] keptUps = context.allocateFloatLocalArray(4 * kept);
        float[] keptHats = context.allocateFloatLocalArray(4 * kept);
        float[] gammas = context.allocateFloatLocalArray(kept);
        float[] betas = context.allocateFloatLocalArray(kept);
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
        int lane = item % 32;
        int place = item / 32 * kept;
        int part = context.groupIdx;
        int partialGamma0 = at.get(t + 1) + part * c;
        int partialBeta0 = at.get(t + 2) + part * c;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        for (int j = item; j < c; j += 128) {
            if (j < kept) {
                gammas[j] = 0f;
                betas[j] = 0f;
            } else {
                partialGamma.set(partialGamma0 + j, 0f);
                partialBeta.set(partialBeta0 + j, 0f);
            }
        }
        for (int first = part * rowsPerPart; first < last; first += 4) {
            // Rows and columns past the end repeat the last one and are neither summed nor stored.
            int own = Math.min(last - 1, first + item / 32);
            float ownMean = mean.get(mean0 + own);
            float ownRstd = rstd.get(rstd0 + own);
            float sum = 0f;
            float product = 0f;
            for (int from = lane; from < c; from += 256) {
                float[] ups = new float[8];
                float[] ins = new float[8];
                float[] scales = new float[8];
                for (int l = 0; l < 8; l++) {
                    int j = Math.min(c - 1, from + 32 * l);
                    ups[l] = dY.get(dY0 + own * c + j);
                    ins[l] = x.get(x0 + own * c + j);
                    scales[l] = gamma.get(gamma0 + j);
                }
                for (int l = 0; l < 8; l++) {
                    int j = from + 32 * l;
                    float h = (ins[l] - ownMean) * ownRstd;
                    float g = j < c ? scales[l] * ups[l] : 0f;
                    sum += g;
                    product += g * h;
                    if (j < kept) {
                        keptUps[place + j] = ups[l];
                        keptHats[place + j] = h;
                    }
                }
            }
            sums[item] = sum;
            products[item] = product;
            for (int half = 16; half > 0; half = half / 2) {
                context.localBarrier();
                if (lane < half) {
                    sums[item] += sums[item + half];
                    products[item] += products[item + half];
                }
            }
            context.localBarrier();
            float[] rstds = new float[4];
            float[] meanGs = new float[4];
            float[] meanGhs = new float[4];
            for (int r = 0; r < 4; r++) {
                rstds[r] = rstd.get(rstd0 + Math.min(last - 1, first + r));
                meanGs[r] = sums[32 * r] / c;
                meanGhs[r] = products[32 * r] / c;
            }
            for (int j = item; j < c; j += 128) {
                float scale = gamma.get(gamma0 + j);
                float[] skips = new float[4];
                float[] ups = new float[4];
                float[] hats = new float[4];
                for (int r = 0; r < 4; r++) {
                    if (hasSkip == 1) {
                        skips[r] = dSkip.get(dSkip0 + Math.min(last - 1, first + r) * c + j);
                    }
                }
                if (j < kept) {
                    for (int r = 0; r < 4; r++) {
                        ups[r] = keptUps[r * kept + j];
                        hats[r] = keptHats[r * kept + j];
                    }
                } else {
                    for (int r = 0; r < 4; r++) {
                        int row = Math.min(last - 1, first + r);
                        ups[r] = dY.get(dY0 + row * c + j);
                        hats[r] = (x.get(x0 + row * c + j) - mean.get(mean0 + row)) * rstds[r];
                    }
                }
                float dGamma = 0f;
                float dBeta = 0f;
                for (int r = 0; r < 4; r++) {
                    float up = ups[r];
                    float h = hats[r];
                    float down = rstds[r] * (scale * up - meanGs[r] - h * meanGhs[r]);
                    if (hasSkip == 1) {
                        down += skips[r];
                    }
                    if (first + r < last) {
                        dX.set(dX0 + (first + r) * c + j, down);
                    }
                    dGamma += first + r < last ? up * h : 0f;
                    dBeta += first + r < last ? up : 0f;
                }
                if (j < kept) {
                    gammas[j] += dGamma;
                    betas[j] += dBeta;
                } else {
                    partialGamma.set(partialGamma0 + j, partialGamma.get(partialGamma0 + j) + dGamma);
                    partialBeta.set(partialBeta0 + j, partialBeta.get(partialBeta0 + j) + dBeta);
                }
            }
            // The next rows must not replace these before all have read them.
            context.localBarrier();
        }
        for (int j = item; j < kept; j += 128) {
            partialGamma.set(partialGamma0 + j, gammas[j]);
            partialBeta.set(partialBeta0 + j, betas[j]);
        }
    }
}
