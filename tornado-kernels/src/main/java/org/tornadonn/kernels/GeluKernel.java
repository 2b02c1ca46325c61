package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * GELU (arXiv 1606.08415): y = x Φ(x), Φ(x) = (1 + erf(x / √2)) / 2; dX = dY (Φ(x) + x exp(-x² / 2) / √(2π)). Or its approximation by
 * tanh: Φ(x) ≈ (1 + tanh z) / 2 = σ(2z) with the logistic function σ and z = √(2/π) (x + 0.044715 x³); dX = dY (σ + 2 x z' σ (1 - σ)).
 */
public final class GeluKernel {
    static final int BLOCK = 8192;

    private GeluKernel() {}

    /** Which; kernels know it by its ordinal, an argument that is a constant when they are compiled. */
    public enum Form {
        EXACT,
        TANH
    }

    private static final int EXACT = 0;

    static float value(int form, float x) {
        if (form == EXACT) {
            return 0.5f * x * (1f + Approximation.erf(x * 0.70710678f));
        }
        return x * logistic(x);
    }

    static float gradient(int form, float up, float x) {
        if (form == EXACT) {
            return up * Approximation.geluSlope(x);
        }
        float p = logistic(x);
        return up * (p + x * p * (1f - p) * 1.5957691f * (1f + 0.134145f * x * x));
    }

    private static float logistic(float x) {
        // Without infinity, of which a driver's fast division by a reciprocal makes NaN.
        float z = Math.min(80f, -1.5957691f * (x + 0.044715f * x * x * x));
        return 1f / (1f + TornadoMath.exp(z));
    }

    public static void kForward(
            @Stored FloatArray y, @Stored FloatArray x, IntArray at, int t, int blocks, int n, int perBlock, int form) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int y0 = at.get(t);
            int x0 = at.get(t + 1);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    y.set(y0 + i + l, value(form, x.get(x0 + i + l)));
                }
            }
            for (int i = whole; i < last; i++) {
                y.set(y0 + i, value(form, x.get(x0 + i)));
            }
        }
    }

    public static void kBackward(
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int blocks,
            int n,
            int perBlock,
            int form) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int dX0 = at.get(t);
            int dY0 = at.get(t + 1);
            int x0 = at.get(t + 2);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    dX.set(dX0 + i + l, gradient(form, dY.get(dY0 + i + l), x.get(x0 + i + l)));
                }
            }
            for (int i = whole; i < last; i++) {
                dX.set(dX0 + i, gradient(form, dY.get(dY0 + i), x.get(x0 + i)));
            }
        }
    }

    /** y [n] from x [n]. */
    public static void forward(Stage s, String id, Form form, @Stored Slice y, @Stored Slice x, int n) {
        int t = s.place(y, x);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(n));
            s.graph()
                    .task(
                            id,
                            GeluGroups::kForward,
                            new KernelContext(),
                            y.array(),
                            x.array(),
                            s.table(),
                            t,
                            n,
                            form.ordinal());
            return;
        }
        s.graph()
                .task(
                        id,
                        GeluKernel::kForward,
                        y.array(),
                        x.array(),
                        s.table(),
                        t,
                        Rows.divideUp(n, BLOCK),
                        n,
                        BLOCK,
                        form.ordinal());
    }

    /** dX [n] from dY [n] and forward's x. */
    public static void backward(
            Stage s, String id, Form form, @Stored Slice dX, @Stored Slice dY, @Stored Slice x, int n) {
        int t = s.place(dX, dY, x);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(n));
            s.graph()
                    .task(
                            id,
                            GeluGroups::kBackward,
                            new KernelContext(),
                            dX.array(),
                            dY.array(),
                            x.array(),
                            s.table(),
                            t,
                            n,
                            form.ordinal());
            return;
        }
        s.graph()
                .task(
                        id,
                        GeluKernel::kBackward,
                        dX.array(),
                        dY.array(),
                        x.array(),
                        s.table(),
                        t,
                        Rows.divideUp(n, BLOCK),
                        n,
                        BLOCK,
                        form.ordinal());
    }
}
