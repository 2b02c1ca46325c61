package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A residual branch with a factor for each sample (stochastic depth, arXiv 1603.09382): y[b] = residual[b] + factor[b] x[b], or
 * without the residual. Backward is the same without it: dX[b] = factor[b] dY[b].
 */
public final class DropPathKernel {
    private DropPathKernel() {}

    // The residual may stand in the same array as y, blocks being stacked.
    public static void kScale(
            FloatArray residual,
            FloatArray y,
            FloatArray x,
            FloatArray factors,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int rowsPerSample,
            int c,
            int rowsPerBlock,
            int hasResidual) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int residual0 = at.get(t);
            int y0 = at.get(t + 1);
            int x0 = at.get(t + 2);
            int factors0 = at.get(t + 3);
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            for (int row = block * rowsPerBlock; row < last; row++) {
                float factor = factors.get(factors0 + row / rowsPerSample);
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    float[] v = new float[16];
                    for (int l = 0; l < 16; l++) {
                        v[l] = factor * x.get(x0 + i + j + l);
                    }
                    if (hasResidual == 1) {
                        for (int l = 0; l < 16; l++) {
                            v[l] += residual.get(residual0 + i + j + l);
                        }
                    }
                    for (int l = 0; l < 16; l++) {
                        y.set(y0 + i + j + l, v[l]);
                    }
                }
                for (int j = whole; j < c; j++) {
                    float v = factor * x.get(x0 + i + j);
                    if (hasResidual == 1) {
                        v += residual.get(residual0 + i + j);
                    }
                    y.set(y0 + i + j, v);
                }
            }
        }
    }

    /** y [rows, c] from x [rows, c], factors [rows / rowsPerSample] and residual [rows, c] or null. */
    public static void scale(
            Stage s, String id, Slice y, Slice x, Slice residual, Slice factors, int rows, int rowsPerSample, int c) {
        Slice some = residual == null ? factors : residual;
        int t = s.place(some, y, x, factors);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(rows * c));
            s.graph()
                    .task(
                            id,
                            DropPathGroups::kScale,
                            new KernelContext(),
                            some.array(),
                            y.array(),
                            x.array(),
                            factors.array(),
                            s.table(),
                            t,
                            rows * c,
                            rowsPerSample * c,
                            residual == null ? 0 : 1);
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        s.graph()
                .task(
                        id,
                        DropPathKernel::kScale,
                        some.array(),
                        y.array(),
                        x.array(),
                        factors.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        rowsPerSample,
                        c,
                        rowsPerBlock,
                        residual == null ? 0 : 1);
    }
}
