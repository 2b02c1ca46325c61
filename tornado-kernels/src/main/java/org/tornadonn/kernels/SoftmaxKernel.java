package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Softmax over the c values of a row: y = exp(x - m) / Σ exp(x - m) with the row's maximum m. Backward: dX = y (dY - Σ dY ⊙ y). Saves
 * nothing but y.
 */
public final class SoftmaxKernel {
    private SoftmaxKernel() {}

    public static void kForward(
            @Stored FloatArray y,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int c,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            float[] sums = new float[16];
            for (int row = block * rowsPerBlock; row < last; row++) {
                int o = at.get(t) + row * c;
                int i = at.get(t + 1) + row * c;
                float maximum = Lanes.rowMaximum(x, i, c);
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                }
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float e = TornadoMath.exp(x.get(i + j + l) - maximum);
                        y.set(o + j + l, e);
                        sums[l] += e;
                    }
                }
                float sum = Lanes.sum(sums);
                for (int j = whole; j < c; j++) {
                    float e = TornadoMath.exp(x.get(i + j) - maximum);
                    y.set(o + j, e);
                    sum += e;
                }
                float inverse = 1f / sum;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        y.set(o + j + l, y.get(o + j + l) * inverse);
                    }
                }
                for (int j = whole; j < c; j++) {
                    y.set(o + j, y.get(o + j) * inverse);
                }
            }
        }
    }

    public static void kBackward(
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            @Stored FloatArray y,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int c,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            float[] products = new float[16];
            for (int row = block * rowsPerBlock; row < last; row++) {
                int o = at.get(t) + row * c;
                int u = at.get(t + 1) + row * c;
                int i = at.get(t + 2) + row * c;
                for (int l = 0; l < 16; l++) {
                    products[l] = 0f;
                }
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        products[l] += dY.get(u + j + l) * y.get(i + j + l);
                    }
                }
                float product = Lanes.sum(products);
                for (int j = whole; j < c; j++) {
                    product += dY.get(u + j) * y.get(i + j);
                }
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        dX.set(o + j + l, y.get(i + j + l) * (dY.get(u + j + l) - product));
                    }
                }
                for (int j = whole; j < c; j++) {
                    dX.set(o + j, y.get(i + j) * (dY.get(u + j) - product));
                }
            }
        }
    }

    /** y [rows, c] from x [rows, c]. */
    public static void forward(Stage s, String id, @Stored Slice y, @Stored Slice x, int rows, int c) {
        int t = s.place(y, x);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.rows(rows, c));
            s.graph()
                    .task(
                            id,
                            SoftmaxGroups::kForward,
                            new KernelContext(),
                            y.array(),
                            x.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Groups.itemsPerRow(c));
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        int blocks = Rows.divideUp(rows, rowsPerBlock);
        s.graph().task(id, SoftmaxKernel::kForward, y.array(), x.array(), s.table(), t, blocks, rows, c, rowsPerBlock);
    }

    /** dX [rows, c] from dY and forward's y. */
    public static void backward(
            Stage s, String id, @Stored Slice dX, @Stored Slice dY, @Stored Slice y, int rows, int c) {
        int t = s.place(dX, dY, y);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.rows(rows, c));
            s.graph()
                    .task(
                            id,
                            SoftmaxGroups::kBackward,
                            new KernelContext(),
                            dX.array(),
                            dY.array(),
                            y.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Groups.itemsPerRow(c));
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        int blocks = Rows.divideUp(rows, rowsPerBlock);
        s.graph()
                .task(
                        id,
                        SoftmaxKernel::kBackward,
                        dX.array(),
                        dY.array(),
                        y.array(),
                        s.table(),
                        t,
                        blocks,
                        rows,
                        c,
                        rowsPerBlock);
    }
}
