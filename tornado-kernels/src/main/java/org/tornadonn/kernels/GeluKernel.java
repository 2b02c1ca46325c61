package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The exact GELU (arXiv 1606.08415): y = x Φ(x), Φ(x) = (1 + erf(x / √2)) / 2; dX = dY (Φ(x) + x exp(-x² / 2) / √(2π)). */
public final class GeluKernel {
    private static final int BLOCK = 8192;

    private GeluKernel() {}

    static float value(float x) {
        return 0.5f * x * (1f + Approximation.erf(x * 0.70710678f));
    }

    static float gradient(float up, float x) {
        float cdf = 0.5f * (1f + Approximation.erf(x * 0.70710678f));
        return up * (cdf + x * 0.39894228f * TornadoMath.exp(-0.5f * x * x));
    }

    public static void kForward(FloatArray y, FloatArray x, IntArray at, int t, int blocks, int n, int perBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int y0 = at.get(t);
            int x0 = at.get(t + 1);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    y.set(y0 + i + l, value(x.get(x0 + i + l)));
                }
            }
            for (int i = whole; i < last; i++) {
                y.set(y0 + i, value(x.get(x0 + i)));
            }
        }
    }

    public static void kBackward(
            FloatArray dX, FloatArray dY, FloatArray x, IntArray at, int t, int blocks, int n, int perBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int dX0 = at.get(t);
            int dY0 = at.get(t + 1);
            int x0 = at.get(t + 2);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    dX.set(dX0 + i + l, gradient(dY.get(dY0 + i + l), x.get(x0 + i + l)));
                }
            }
            for (int i = whole; i < last; i++) {
                dX.set(dX0 + i, gradient(dY.get(dY0 + i), x.get(x0 + i)));
            }
        }
    }

    /** y [n] from x [n]. */
    public static void forward(Stage s, String id, Slice y, Slice x, int n) {
        int t = s.place(y, x);
        s.graph().task(id, GeluKernel::kForward, y.array(), x.array(), s.table(), t, Rows.divideUp(n, BLOCK), n, BLOCK);
    }

    /** dX [n] from dY [n] and forward's x. */
    public static void backward(Stage s, String id, Slice dX, Slice dY, Slice x, int n) {
        int t = s.place(dX, dY, x);
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
                        BLOCK);
    }
}
