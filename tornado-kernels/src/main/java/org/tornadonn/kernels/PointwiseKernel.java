package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What stands point-wise in place of a norm: y = gamma ⊙ f(alpha x + shift) + beta, with scalars alpha, shift and gamma, beta [c].
 * f = tanh without shift is Dynamic Tanh ("Transformers without Normalization", arXiv 2503.10622, eq. 1), f = erf is Derf (arXiv
 * 2512.10938). Backward, with z = alpha x + shift, u = gamma ⊙ dY: dX = alpha u f'(z), dAlpha = Σ u f'(z) x and dShift = Σ u f'(z)
 * over all elements, dGamma = Σ dY f(z) and dBeta = Σ dY over rows. Saves nothing; f(z) is computed again.
 */
public final class PointwiseKernel {
    /** f; kernels know it by its ordinal, an argument that is a constant when they are compiled. */
    public enum Function {
        TANH,
        /** max(-1, min(1, z)). */
        HARDTANH,
        /** 1 / (1 + e⁻ᶻ). */
        SIGMOID,
        ERF,
        /** z / √(1 + z²). */
        ISRU,
        /** 2/π arctan z. */
        ARCTAN,
        IDENTITY
    }

    private static final int TANH = 0;
    private static final int HARDTANH = 1;
    private static final int SIGMOID = 2;
    private static final int ERF = 3;
    private static final int ISRU = 4;
    private static final int ARCTAN = 5;

    private PointwiseKernel() {}

    static float value(int f, float z) {
        if (f == TANH) {
            return Approximation.tanh(z);
        }
        if (f == HARDTANH) {
            return Math.max(-1f, Math.min(1f, z));
        }
        if (f == SIGMOID) {
            return 0.5f + 0.5f * Approximation.tanh(0.5f * z);
        }
        if (f == ERF) {
            return Approximation.erf(z);
        }
        if (f == ISRU) {
            return z / TornadoMath.sqrt(1f + z * z);
        }
        if (f == ARCTAN) {
            return 0.63661977f * TornadoMath.atan(z);
        }
        return z;
    }

    /** f'(z), where v = f(z). */
    static float slope(int f, float z, float v) {
        if (f == TANH) {
            return 1f - v * v;
        }
        if (f == HARDTANH) {
            // 1 inside (-1, 1), else 0, without a branch.
            return Math.max(0f, Math.min(1f, (1f - z * v) * 1e30f));
        }
        if (f == SIGMOID) {
            return v * (1f - v);
        }
        if (f == ERF) {
            return 1.12837917f * TornadoMath.exp(-z * z);
        }
        if (f == ISRU) {
            return (1f - v * v) / TornadoMath.sqrt(1f + z * z);
        }
        if (f == ARCTAN) {
            return 0.63661977f / (1f + z * z);
        }
        return 1f;
    }

    public static void kForward(
            @Stored FloatArray y,
            @Stored FloatArray x,
            FloatArray alpha,
            FloatArray shift,
            FloatArray gamma,
            FloatArray beta,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int c,
            int rowsPerBlock,
            int scalars,
            int f) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int y0 = at.get(t);
            int x0 = at.get(t + 1);
            float hasAlpha = scalars % 2;
            float hasShift = scalars / 2;
            float a = hasAlpha * alpha.get(at.get(t + 2)) + (1f - hasAlpha);
            float b = hasShift * shift.get(at.get(t + 3));
            int gamma0 = at.get(t + 4);
            int beta0 = at.get(t + 5);
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            for (int row = block * rowsPerBlock; row < last; row++) {
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        y.set(
                                y0 + i + j + l,
                                gamma.get(gamma0 + j + l) * value(f, a * x.get(x0 + i + j + l) + b)
                                        + beta.get(beta0 + j + l));
                    }
                }
                for (int j = whole; j < c; j++) {
                    y.set(
                            y0 + i + j,
                            gamma.get(gamma0 + j) * value(f, a * x.get(x0 + i + j) + b) + beta.get(beta0 + j));
                }
            }
        }
    }

    public static void kBackward(
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
            int parts,
            int rows,
            int c,
            int rowsPerPart,
            int present,
            int f) {
        for (@Parallel int part = 0; part < parts; part++) {
            int dX0 = at.get(t);
            int partialAlpha0 = at.get(t + 1);
            int partialShift0 = at.get(t + 2);
            int partialGamma0 = at.get(t + 3) + part * c;
            int partialBeta0 = at.get(t + 4) + part * c;
            int dY0 = at.get(t + 5);
            int x0 = at.get(t + 6);
            float hasAlpha = present % 2;
            float hasShift = present / 2 % 2;
            float skip = present / 4;
            float a = hasAlpha * alpha.get(at.get(t + 7)) + (1f - hasAlpha);
            float b = hasShift * shift.get(at.get(t + 8));
            int gamma0 = at.get(t + 9);
            int dSkip0 = at.get(t + 10);
            int last = Math.min(rows, (part + 1) * rowsPerPart);
            int whole = c / 16 * 16;
            for (int j = 0; j < c; j++) {
                partialGamma.set(partialGamma0 + j, 0f);
                partialBeta.set(partialBeta0 + j, 0f);
            }
            float[] sums = new float[16];
            float[] shifts = new float[16];
            for (int l = 0; l < 16; l++) {
                sums[l] = 0f;
                shifts[l] = 0f;
            }
            float dAlpha = 0f;
            float dShift = 0f;
            for (int row = part * rowsPerPart; row < last; row++) {
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float in = x.get(x0 + i + j + l);
                        float up = dY.get(dY0 + i + j + l);
                        float z = a * in + b;
                        float v = value(f, z);
                        float us = gamma.get(gamma0 + j + l) * up * slope(f, z, v);
                        dX.set(dX0 + i + j + l, a * us + skip * dSkip.get(dSkip0 + i + j + l));
                        sums[l] += us * in;
                        shifts[l] += us;
                        partialGamma.set(partialGamma0 + j + l, partialGamma.get(partialGamma0 + j + l) + up * v);
                        partialBeta.set(partialBeta0 + j + l, partialBeta.get(partialBeta0 + j + l) + up);
                    }
                }
                for (int j = whole; j < c; j++) {
                    float in = x.get(x0 + i + j);
                    float up = dY.get(dY0 + i + j);
                    float z = a * in + b;
                    float v = value(f, z);
                    float us = gamma.get(gamma0 + j) * up * slope(f, z, v);
                    dX.set(dX0 + i + j, a * us + skip * dSkip.get(dSkip0 + i + j));
                    dAlpha += us * in;
                    dShift += us;
                    partialGamma.set(partialGamma0 + j, partialGamma.get(partialGamma0 + j) + up * v);
                    partialBeta.set(partialBeta0 + j, partialBeta.get(partialBeta0 + j) + up);
                }
            }
            partialAlpha.set(partialAlpha0 + part, dAlpha + Lanes.sum(sums));
            partialShift.set(partialShift0 + part, dShift + Lanes.sum(shifts));
        }
    }

    /** y [rows, c] from x [rows, c], alpha [1] (1 where null), shift [1] (0 where null), gamma [c], beta [c]. */
    public static void forward(
            Stage s,
            String id,
            Function f,
            @Stored Slice y,
            @Stored Slice x,
            Slice alpha,
            Slice shift,
            Slice gamma,
            Slice beta,
            int rows,
            int c) {
        Slice someAlpha = alpha == null ? gamma : alpha;
        Slice someShift = shift == null ? gamma : shift;
        int t = s.place(y, x, someAlpha, someShift, gamma, beta);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.columns(Rows.divideUp(rows, Groups.ROWS), c));
            s.graph()
                    .task(
                            id,
                            PointwiseGroups::kForward,
                            new KernelContext(),
                            y.array(),
                            x.array(),
                            someAlpha.array(),
                            someShift.array(),
                            gamma.array(),
                            beta.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            scalars(alpha, shift),
                            f.ordinal());
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        s.graph()
                .task(
                        id,
                        PointwiseKernel::kForward,
                        y.array(),
                        x.array(),
                        someAlpha.array(),
                        someShift.array(),
                        gamma.array(),
                        beta.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        c,
                        rowsPerBlock,
                        scalars(alpha, shift),
                        f.ordinal());
    }

    static int scalars(Slice alpha, Slice shift) {
        return (alpha == null ? 0 : 1) + (shift == null ? 0 : 2);
    }

    /**
     * dX [rows, c] (plus dSkip, where not null), dAlpha [1] and dShift [1] (where alpha and shift are not null), dGamma [c], dBeta [c]
     * from dY and what forward read.
     */
    public static void backward(
            Stage s,
            String id,
            Function f,
            @Stored Slice dX,
            Slice dAlpha,
            Slice dShift,
            Slice dGamma,
            Slice dBeta,
            @Stored Slice dY,
            @Stored Slice x,
            Slice alpha,
            Slice shift,
            Slice gamma,
            @Stored Slice dSkip,
            int rows,
            int c) {
        int parts = PartialSums.parts(s, rows);
        // In groups the columns of a part are several sums.
        int scalarParts = s.shape() == Shape.GROUPS ? parts * Rows.divideUp(c, Groups.COLUMNS) : parts;
        FloatArray partialAlpha = new FloatArray(scalarParts);
        FloatArray partialShift = new FloatArray(scalarParts);
        FloatArray partialGamma = new FloatArray(parts * c);
        FloatArray partialBeta = new FloatArray(parts * c);
        int present = scalars(alpha, shift) + (dSkip == null ? 0 : 4);
        Slice someAlpha = alpha == null ? gamma : alpha;
        Slice someShift = shift == null ? gamma : shift;
        @Stored Slice someSkip = dSkip == null ? dY : dSkip;
        int t = s.place(
                dX,
                Slice.of(partialAlpha),
                Slice.of(partialShift),
                Slice.of(partialGamma),
                Slice.of(partialBeta),
                dY,
                x,
                someAlpha,
                someShift,
                gamma,
                someSkip);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.columns(parts, c));
            s.graph()
                    .task(
                            id,
                            PointwiseGroups::kBackward,
                            new KernelContext(),
                            dX.array(),
                            partialAlpha,
                            partialShift,
                            partialGamma,
                            partialBeta,
                            dY.array(),
                            x.array(),
                            someAlpha.array(),
                            someShift.array(),
                            gamma.array(),
                            someSkip.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Rows.divideUp(rows, parts),
                            present,
                            f.ordinal());
        } else {
            s.graph()
                    .task(
                            id,
                            PointwiseKernel::kBackward,
                            dX.array(),
                            partialAlpha,
                            partialShift,
                            partialGamma,
                            partialBeta,
                            dY.array(),
                            x.array(),
                            someAlpha.array(),
                            someShift.array(),
                            gamma.array(),
                            someSkip.array(),
                            s.table(),
                            t,
                            parts,
                            rows,
                            c,
                            Rows.divideUp(rows, parts),
                            present,
                            f.ordinal());
        }
        if (alpha != null) {
            PartialSums.sum(s, id + "Alpha", dAlpha, partialAlpha, scalarParts, 1);
        }
        if (shift != null) {
            PartialSums.sum(s, id + "Shift", dShift, partialShift, scalarParts, 1);
        }
        PartialSums.sum(s, id + "Gamma", dGamma, partialGamma, parts, c);
        PartialSums.sum(s, id + "Beta", dBeta, partialBeta, parts, c);
    }
}
