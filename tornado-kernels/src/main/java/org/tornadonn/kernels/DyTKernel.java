package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Dynamic Tanh ("Transformers without Normalization", arXiv 2503.10622, eq. 1): y = gamma ⊙ tanh(alpha x) + beta, with a scalar
 * alpha and gamma, beta [c]. Backward, with t = tanh(alpha x), u = gamma ⊙ dY, s = 1 - t²: dX = alpha u s, dAlpha = Σ u s x over
 * all elements, dGamma = Σ dY t and dBeta = Σ dY over rows. Saves nothing; t is computed again.
 */
public final class DyTKernel {
    private DyTKernel() {}

    private static float value(float alpha, float gamma, float beta, float x) {
        return gamma * Approximation.tanh(alpha * x) + beta;
    }

    public static void kForward(
            FloatArray y,
            FloatArray x,
            FloatArray alpha,
            FloatArray gamma,
            FloatArray beta,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int c,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int y0 = at.get(t);
            int x0 = at.get(t + 1);
            float a = alpha.get(at.get(t + 2));
            int gamma0 = at.get(t + 3);
            int beta0 = at.get(t + 4);
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            for (int row = block * rowsPerBlock; row < last; row++) {
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        y.set(
                                y0 + i + j + l,
                                value(a, gamma.get(gamma0 + j + l), beta.get(beta0 + j + l), x.get(x0 + i + j + l)));
                    }
                }
                for (int j = whole; j < c; j++) {
                    y.set(y0 + i + j, value(a, gamma.get(gamma0 + j), beta.get(beta0 + j), x.get(x0 + i + j)));
                }
            }
        }
    }

    public static void kBackward(
            FloatArray dX,
            FloatArray partialAlpha,
            FloatArray partialGamma,
            FloatArray partialBeta,
            FloatArray dY,
            FloatArray x,
            FloatArray alpha,
            FloatArray gamma,
            FloatArray dSkip,
            IntArray at,
            int t,
            int parts,
            int rows,
            int c,
            int rowsPerPart,
            int hasSkip) {
        for (@Parallel int part = 0; part < parts; part++) {
            int dX0 = at.get(t);
            int partialAlpha0 = at.get(t + 1);
            int partialGamma0 = at.get(t + 2) + part * c;
            int partialBeta0 = at.get(t + 3) + part * c;
            int dY0 = at.get(t + 4);
            int x0 = at.get(t + 5);
            float a = alpha.get(at.get(t + 6));
            int gamma0 = at.get(t + 7);
            int dSkip0 = at.get(t + 8);
            float skip = hasSkip;
            int last = Math.min(rows, (part + 1) * rowsPerPart);
            int whole = c / 16 * 16;
            for (int j = 0; j < c; j++) {
                partialGamma.set(partialGamma0 + j, 0f);
                partialBeta.set(partialBeta0 + j, 0f);
            }
            float[] sums = new float[16];
            for (int l = 0; l < 16; l++) {
                sums[l] = 0f;
            }
            float dAlpha = 0f;
            for (int row = part * rowsPerPart; row < last; row++) {
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float in = x.get(x0 + i + j + l);
                        float up = dY.get(dY0 + i + j + l);
                        float th = Approximation.tanh(a * in);
                        float us = gamma.get(gamma0 + j + l) * up * (1f - th * th);
                        dX.set(dX0 + i + j + l, a * us + skip * dSkip.get(dSkip0 + i + j + l));
                        sums[l] += us * in;
                        partialGamma.set(partialGamma0 + j + l, partialGamma.get(partialGamma0 + j + l) + up * th);
                        partialBeta.set(partialBeta0 + j + l, partialBeta.get(partialBeta0 + j + l) + up);
                    }
                }
                for (int j = whole; j < c; j++) {
                    float in = x.get(x0 + i + j);
                    float up = dY.get(dY0 + i + j);
                    float th = Approximation.tanh(a * in);
                    float us = gamma.get(gamma0 + j) * up * (1f - th * th);
                    dX.set(dX0 + i + j, a * us + skip * dSkip.get(dSkip0 + i + j));
                    dAlpha += us * in;
                    partialGamma.set(partialGamma0 + j, partialGamma.get(partialGamma0 + j) + up * th);
                    partialBeta.set(partialBeta0 + j, partialBeta.get(partialBeta0 + j) + up);
                }
            }
            partialAlpha.set(partialAlpha0 + part, dAlpha + PartialSums.lanes(sums));
        }
    }

    /** y [rows, c] from x [rows, c], alpha [1], gamma [c], beta [c]. */
    public static void forward(
            Stage s, String id, Slice y, Slice x, Slice alpha, Slice gamma, Slice beta, int rows, int c) {
        int t = s.place(y, x, alpha, gamma, beta);
        int rowsPerBlock = Rows.perItem(rows, c);
        s.graph()
                .task(
                        id,
                        DyTKernel::kForward,
                        y.array(),
                        x.array(),
                        alpha.array(),
                        gamma.array(),
                        beta.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        c,
                        rowsPerBlock);
    }

    /** dX [rows, c] (plus dSkip, where not null), dAlpha [1], dGamma [c], dBeta [c] from dY and what forward read. */
    public static void backward(
            Stage s,
            String id,
            Slice dX,
            Slice dAlpha,
            Slice dGamma,
            Slice dBeta,
            Slice dY,
            Slice x,
            Slice alpha,
            Slice gamma,
            Slice dSkip,
            int rows,
            int c) {
        FloatArray partialAlpha = new FloatArray(Rows.PARTS);
        FloatArray partialGamma = new FloatArray(Rows.PARTS * c);
        FloatArray partialBeta = new FloatArray(Rows.PARTS * c);
        Slice someSkip = dSkip == null ? dY : dSkip;
        int t = s.place(
                dX,
                Slice.of(partialAlpha),
                Slice.of(partialGamma),
                Slice.of(partialBeta),
                dY,
                x,
                alpha,
                gamma,
                someSkip);
        s.graph()
                .task(
                        id,
                        DyTKernel::kBackward,
                        dX.array(),
                        partialAlpha,
                        partialGamma,
                        partialBeta,
                        dY.array(),
                        x.array(),
                        alpha.array(),
                        gamma.array(),
                        someSkip.array(),
                        s.table(),
                        t,
                        Rows.PARTS,
                        rows,
                        c,
                        Rows.perPart(rows),
                        dSkip == null ? 0 : 1);
        PartialSums.sum(s, id + "Alpha", dAlpha, partialAlpha, 1);
        PartialSums.sum(s, id + "Gamma", dGamma, partialGamma, c);
        PartialSums.sum(s, id + "Beta", dBeta, partialBeta, c);
    }
}
