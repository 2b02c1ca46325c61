package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link RmsNormKernel} in {@link Shape#GROUPS}: a few work-items share a row; in backward a group has the rows of a part. */
public final class RmsNormGroups {
    private RmsNormGroups() {}

    public static void kForward(
            KernelContext context,
            @Stored FloatArray y,
            FloatArray rstd,
            @Stored FloatArray x,
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
        int gamma0 = at.get(t + 3);
        // Rows past the end repeat the last one and are not stored.
        int i = at.get(t + 2) + Math.min(row, rows - 1) * c;
        // The first eight elements stay in registers; those of longer rows are read again.
        float[] ins = new float[8];
        float[] scales = new float[8];
        for (int l = 0; l < 8; l++) {
            int j = Math.min(c - 1, lane + l * items);
            ins[l] = x.get(i + j);
            scales[l] = gamma.get(gamma0 + j);
        }
        int rest = lane + 8 * items;
        float sum = 0f;
        for (int l = 0; l < 8; l++) {
            float in = lane + l * items < c ? ins[l] : 0f;
            sum += in * in;
        }
        for (int j = rest; j < c; j += items) {
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
        if (row < rows) {
            if (lane == 0) {
                rstd.set(at.get(t + 1) + row, r);
            }
            int o = at.get(t) + row * c;
            for (int l = 0; l < 8; l++) {
                int j = lane + l * items;
                if (j < c) {
                    y.set(o + j, scales[l] * (ins[l] * r));
                }
            }
            for (int j = rest; j < c; j += items) {
                y.set(o + j, gamma.get(gamma0 + j) * (x.get(i + j) * r));
            }
        }
    }

    // As in LayerNormGroups: four rows at a time, the first `kept` columns in local memory.
    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dX,
            FloatArray partialGamma,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            FloatArray gamma,
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
        float[] sums = context.allocateFloatLocalArray(128);
        int dX0 = at.get(t);
        int dY0 = at.get(t + 2);
        int x0 = at.get(t + 3);
        int gamma0 = at.get(t + 4);
        int rstd0 = at.get(t + 5);
        int dSkip0 = at.get(t + 6);
        int item = context.localIdx;
        int lane = item % 32;
        int place = item / 32 * kept;
        int part = context.groupIdx;
        int partialGamma0 = at.get(t + 1) + part * c;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        for (int j = item; j < c; j += 128) {
            if (j < kept) {
                gammas[j] = 0f;
            } else {
                partialGamma.set(partialGamma0 + j, 0f);
            }
        }
        for (int first = part * rowsPerPart; first < last; first += 4) {
            // Rows and columns past the end repeat the last one and are neither summed nor stored.
            int own = Math.min(last - 1, first + item / 32);
            float ownRstd = rstd.get(rstd0 + own);
            float sum = 0f;
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
                    float h = ins[l] * ownRstd;
                    sum += j < c ? scales[l] * ups[l] * h : 0f;
                    if (j < kept) {
                        keptUps[place + j] = ups[l];
                        keptHats[place + j] = h;
                    }
                }
            }
            sums[item] = sum;
            for (int half = 16; half > 0; half = half / 2) {
                context.localBarrier();
                if (lane < half) {
                    sums[item] += sums[item + half];
                }
            }
            context.localBarrier();
            float[] rstds = new float[4];
            float[] meanGhs = new float[4];
            for (int r = 0; r < 4; r++) {
                rstds[r] = rstd.get(rstd0 + Math.min(last - 1, first + r));
                meanGhs[r] = sums[32 * r] / c;
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
                        int i = Math.min(last - 1, first + r) * c + j;
                        ups[r] = dY.get(dY0 + i);
                        hats[r] = x.get(x0 + i) * rstds[r];
                    }
                }
                float dGamma = 0f;
                for (int r = 0; r < 4; r++) {
                    float down = rstds[r] * (scale * ups[r] - hats[r] * meanGhs[r]);
                    if (hasSkip == 1) {
                        down += skips[r];
                    }
                    if (first + r < last) {
                        dX.set(dX0 + (first + r) * c + j, down);
                    }
                    dGamma += first + r < last ? ups[r] * hats[r] : 0f;
                }
                if (j < kept) {
                    gammas[j] += dGamma;
                } else {
                    partialGamma.set(partialGamma0 + j, partialGamma.get(partialGamma0 + j) + dGamma);
                }
            }
            // The next rows must not replace these before all have read them.
            context.localBarrier();
        }
        for (int j = item; j < kept; j += 128) {
            partialGamma.set(partialGamma0 + j, gammas[j]);
        }
    }
}
