package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link PointwiseKernel} in {@link Shape#GROUPS}: a group has 32 columns of some rows, in backward of those of a part; 32 work-items have a row.
 * What a work-item needs of several rows is read before any of it is stored, for a compiler may not move a read over a store. */
public final class PointwiseGroups {
    private PointwiseGroups() {}

    public static void kForward(
            KernelContext context,
            @Stored FloatArray y,
            @Stored FloatArray x,
            FloatArray alpha,
            FloatArray shift,
            FloatArray gamma,
            FloatArray beta,
            IntArray at,
            int t,
            int rows,
            int c,
            int scalars,
            int f) {
        int y0 = at.get(t);
        int x0 = at.get(t + 1);
        float a = 1f;
        if ((scalars & 1) != 0) {
            a = alpha.get(at.get(t + 2));
        }
        float b = 0f;
        if ((scalars & 2) != 0) {
            b = shift.get(at.get(t + 3));
        }
        int item = context.localIdx;
        int chunks = (c + 31) / 32;
        int block = context.groupIdx / chunks;
        int column = context.groupIdx % chunks * 32 + item % 32;
        int first = block * Groups.ROWS + item / 32;
        if (column < c) {
            float scale = gamma.get(at.get(t + 4) + column);
            float offset = beta.get(at.get(t + 5) + column);
            float[] ins = new float[8];
            for (int r = 0; r < 8; r++) {
                ins[r] = x.get(x0 + Math.min(rows - 1, first + 4 * r) * c + column);
            }
            for (int r = 0; r < 8; r++) {
                int row = first + 4 * r;
                if (row < rows) {
                    y.set(y0 + row * c + column, scale * PointwiseKernel.value(f, a * ins[r] + b) + offset);
                }
            }
        }
    }

    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dX,
            FloatArray partialAlpha,
            FloatArray partialShift,
            FloatArray partialGamma,
            FloatArray partialBeta,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            FloatArray alpha,
            FloatArray shift,
            FloatArray gamma,
            @Stored FloatArray dSkip,
            IntArray at,
            int t,
            int rows,
            int c,
            int rowsPerPart,
            int present,
            int f) {
        float[] alphas = context.allocateFloatLocalArray(128);
        float[] shifts = context.allocateFloatLocalArray(128);
        float[] gammas = context.allocateFloatLocalArray(128);
        float[] betas = context.allocateFloatLocalArray(128);
        int dX0 = at.get(t);
        int dY0 = at.get(t + 5);
        int x0 = at.get(t + 6);
        int dSkip0 = at.get(t + 10);
        float a = 1f;
        if ((present & 1) != 0) {
            a = alpha.get(at.get(t + 7));
        }
        float b = 0f;
        if ((present & 2) != 0) {
            b = shift.get(at.get(t + 8));
        }
        int item = context.localIdx;
        int chunks = (c + 31) / 32;
        int part = context.groupIdx / chunks;
        int column = context.groupIdx % chunks * 32 + item % 32;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        float dAlpha = 0f;
        float dShift = 0f;
        float dGamma = 0f;
        float dBeta = 0f;
        if (column < c) {
            float scale = gamma.get(at.get(t + 9) + column);
            for (int first = part * rowsPerPart + item / 32; first < last; first += 16) {
                float[] ins = new float[4];
                float[] ups = new float[4];
                float[] skips = new float[4];
                for (int r = 0; r < 4; r++) {
                    int i = Math.min(last - 1, first + 4 * r) * c + column;
                    ins[r] = x.get(x0 + i);
                    ups[r] = dY.get(dY0 + i);
                    if ((present & 4) != 0) {
                        skips[r] = dSkip.get(dSkip0 + i);
                    }
                }
                for (int r = 0; r < 4; r++) {
                    int row = first + 4 * r;
                    float in = ins[r];
                    float up = row < last ? ups[r] : 0f;
                    float z = a * in + b;
                    float v = PointwiseKernel.value(f, z);
                    float us = scale * up * PointwiseKernel.slope(f, z, v);
                    float down = a * us;
                    if ((present & 4) != 0) {
                        down += skips[r];
                    }
                    if (row < last) {
                        dX.set(dX0 + row * c + column, down);
                    }
                    if ((present & 1) != 0) {
                        dAlpha += us * in;
                    }
                    if ((present & 2) != 0) {
                        dShift += us;
                    }
                    dGamma += up * v;
                    dBeta += up;
                }
            }
        }
        alphas[item] = dAlpha;
        shifts[item] = dShift;
        gammas[item] = dGamma;
        betas[item] = dBeta;
        // The rows that were read at a time.
        for (int half = 64; half >= 32; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                alphas[item] += alphas[item + half];
                shifts[item] += shifts[item + half];
                gammas[item] += gammas[item + half];
                betas[item] += betas[item + half];
            }
        }
        if (item < 32 && column < c) {
            partialGamma.set(at.get(t + 3) + part * c + column, gammas[item]);
            partialBeta.set(at.get(t + 4) + part * c + column, betas[item]);
        }
        // The columns.
        for (int half = 16; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                alphas[item] += alphas[item + half];
                shifts[item] += shifts[item + half];
            }
        }
        if (item == 0) {
            partialAlpha.set(at.get(t + 1) + context.groupIdx, alphas[0]);
            partialShift.set(at.get(t + 2) + context.groupIdx, shifts[0]);
        }
    }
}
