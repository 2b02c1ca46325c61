package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Average pooling over tokens: y[b] = mean of x[b, first .. T-1]; first is 1 to leave out a class token, else 0. */
public final class PoolKernel {
    private PoolKernel() {}

    public static void kForward(
            FloatArray y, FloatArray x, IntArray at, int t, int batch, int tokens, int c, int first) {
        for (@Parallel int b = 0; b < batch; b++) {
            int y0 = at.get(t) + b * c;
            int x0 = at.get(t + 1) + b * tokens * c;
            for (int j = 0; j < c; j++) {
                float sum = 0f;
                for (int i = first; i < tokens; i++) {
                    sum += x.get(x0 + i * c + j);
                }
                y.set(y0 + j, sum / (tokens - first));
            }
        }
    }

    public static void kBackward(
            FloatArray dX, FloatArray dY, IntArray at, int t, int rows, int tokens, int c, int first) {
        for (@Parallel int row = 0; row < rows; row++) {
            int dX0 = at.get(t) + row * c;
            int dY0 = at.get(t + 1) + row / tokens * c;
            float share = 1f / (tokens - first);
            if (row % tokens < first) {
                share = 0f;
            }
            for (int j = 0; j < c; j++) {
                dX.set(dX0 + j, dY.get(dY0 + j) * share);
            }
        }
    }

    /** y [batch, c] from x [batch, tokens, c]. */
    public static void forward(Stage s, String id, Slice y, Slice x, int batch, int tokens, int c, int first) {
        int t = s.place(y, x);
        s.graph().task(id, PoolKernel::kForward, y.array(), x.array(), s.table(), t, batch, tokens, c, first);
    }

    /** dX [batch, tokens, c] from dY [batch, c]. */
    public static void backward(Stage s, String id, Slice dX, Slice dY, int batch, int tokens, int c, int first) {
        int t = s.place(dX, dY);
        s.graph()
                .task(
                        id,
                        PoolKernel::kBackward,
                        dX.array(),
                        dY.array(),
                        s.table(),
                        t,
                        batch * tokens,
                        tokens,
                        c,
                        first);
    }
}
