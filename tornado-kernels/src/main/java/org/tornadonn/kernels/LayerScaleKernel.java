package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A residual branch scaled by channel (LayerScale, arXiv 2103.17239, eq. 4): y = x + gamma ⊙ branch. Backward: dBranch = gamma ⊙ dY,
 * dGamma = Σ dY ⊙ branch over rows; dX is dY. Saves branch.
 */
public final class LayerScaleKernel {
    private LayerScaleKernel() {}

    // x stands before y, because blocks that are stacked have both in one array.
    public static void kForward(
            FloatArray x,
            FloatArray y,
            FloatArray branch,
            FloatArray gamma,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int c,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int x0 = at.get(t);
            int y0 = at.get(t + 1);
            int branch0 = at.get(t + 2);
            int gamma0 = at.get(t + 3);
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            for (int row = block * rowsPerBlock; row < last; row++) {
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float scaled = gamma.get(gamma0 + j + l) * branch.get(branch0 + i + j + l);
                        y.set(y0 + i + j + l, x.get(x0 + i + j + l) + scaled);
                    }
                }
                for (int j = whole; j < c; j++) {
                    float scaled = gamma.get(gamma0 + j) * branch.get(branch0 + i + j);
                    y.set(y0 + i + j, x.get(x0 + i + j) + scaled);
                }
            }
        }
    }

    public static void kBackward(
            FloatArray dBranch,
            FloatArray partialGamma,
            FloatArray dY,
            FloatArray branch,
            FloatArray gamma,
            IntArray at,
            int t,
            int parts,
            int rows,
            int c,
            int rowsPerPart) {
        for (@Parallel int part = 0; part < parts; part++) {
            int dBranch0 = at.get(t);
            int partialGamma0 = at.get(t + 1) + part * c;
            int dY0 = at.get(t + 2);
            int branch0 = at.get(t + 3);
            int gamma0 = at.get(t + 4);
            int last = Math.min(rows, (part + 1) * rowsPerPart);
            int whole = c / 16 * 16;
            for (int j = 0; j < c; j++) {
                partialGamma.set(partialGamma0 + j, 0f);
            }
            for (int row = part * rowsPerPart; row < last; row++) {
                int i = row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float up = dY.get(dY0 + i + j + l);
                        float sum = partialGamma.get(partialGamma0 + j + l);
                        dBranch.set(dBranch0 + i + j + l, gamma.get(gamma0 + j + l) * up);
                        partialGamma.set(partialGamma0 + j + l, sum + up * branch.get(branch0 + i + j + l));
                    }
                }
                for (int j = whole; j < c; j++) {
                    float up = dY.get(dY0 + i + j);
                    float sum = partialGamma.get(partialGamma0 + j);
                    dBranch.set(dBranch0 + i + j, gamma.get(gamma0 + j) * up);
                    partialGamma.set(partialGamma0 + j, sum + up * branch.get(branch0 + i + j));
                }
            }
        }
    }

    /** y [rows, c] from x [rows, c], branch [rows, c], gamma [c]. */
    public static void forward(Stage s, String id, Slice y, Slice x, Slice branch, Slice gamma, int rows, int c) {
        int t = s.place(x, y, branch, gamma);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.columns(Rows.divideUp(rows, Groups.ROWS), c));
            s.graph()
                    .task(
                            id,
                            LayerScaleGroups::kForward,
                            new KernelContext(),
                            x.array(),
                            y.array(),
                            branch.array(),
                            gamma.array(),
                            s.table(),
                            t,
                            rows,
                            c);
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        s.graph()
                .task(
                        id,
                        LayerScaleKernel::kForward,
                        x.array(),
                        y.array(),
                        branch.array(),
                        gamma.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        c,
                        rowsPerBlock);
    }

    /** dBranch [rows, c] and dGamma [c] from dY and what forward read. */
    public static void backward(
            Stage s, String id, Slice dBranch, Slice dGamma, Slice dY, Slice branch, Slice gamma, int rows, int c) {
        int parts = PartialSums.parts(s, rows);
        FloatArray partialGamma = new FloatArray(parts * c);
        int t = s.place(dBranch, Slice.of(partialGamma), dY, branch, gamma);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.columns(parts, c));
            s.graph()
                    .task(
                            id,
                            LayerScaleGroups::kBackward,
                            new KernelContext(),
                            dBranch.array(),
                            partialGamma,
                            dY.array(),
                            branch.array(),
                            gamma.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Rows.divideUp(rows, parts));
        } else {
            s.graph()
                    .task(
                            id,
                            LayerScaleKernel::kBackward,
                            dBranch.array(),
                            partialGamma,
                            dY.array(),
                            branch.array(),
                            gamma.array(),
                            s.table(),
                            t,
                            parts,
                            rows,
                            c,
                            Rows.divideUp(rows, parts));
        }
        PartialSums.sum(s, id + "Gamma", dGamma, partialGamma, parts, c);
    }
}
