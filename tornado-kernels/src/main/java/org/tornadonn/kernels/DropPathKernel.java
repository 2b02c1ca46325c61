package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The backward of a residual branch with a factor for each sample (stochastic depth, arXiv 1603.09382), y[b] = residual[b] + factor[b]
 * x[b]: dX[b] = factor[b] dY[b]. Forward is an {@link Epilogue} of the product that makes x.
 */
public final class DropPathKernel {
    private DropPathKernel() {}

    public static void kBackward(
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            FloatArray factors,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int rowsPerSample,
            int c,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int dX0 = at.get(t);
            int dY0 = at.get(t + 1);
            int factors0 = at.get(t + 2);
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            for (int row = block * rowsPerBlock; row < last; row++) {
                float factor = factors.get(factors0 + row / rowsPerSample);
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        dX.set(dX0 + i + j + l, factor * dY.get(dY0 + i + j + l));
                    }
                }
                for (int j = whole; j < c; j++) {
                    dX.set(dX0 + i + j, factor * dY.get(dY0 + i + j));
                }
            }
        }
    }

    /** dX [rows, c] from dY [rows, c], factors [rows / rowsPerSample]. */
    public static void backward(
            Stage s, String id, @Stored Slice dX, @Stored Slice dY, Slice factors, int rows, int rowsPerSample, int c) {
        int t = s.place(dX, dY, factors);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(rows * c));
            s.graph()
                    .task(
                            id,
                            DropPathGroups::kBackward,
                            new KernelContext(),
                            dX.array(),
                            dY.array(),
                            factors.array(),
                            s.table(),
                            t,
                            rows * c,
                            rowsPerSample * c);
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        s.graph()
                .task(
                        id,
                        DropPathKernel::kBackward,
                        dX.array(),
                        dY.array(),
                        factors.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        rowsPerSample,
                        c,
                        rowsPerBlock);
    }
}
