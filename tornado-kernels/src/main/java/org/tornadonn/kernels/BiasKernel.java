package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gradient of a bias that forward adds inside the matrix product: dB [c] = Σ over rows of dY [rows, c]. */
public final class BiasKernel {
    private BiasKernel() {}

    public static void kBackward(
            FloatArray partial,
            @Stored FloatArray dY,
            IntArray at,
            int t,
            int parts,
            int rows,
            int c,
            int rowsPerPart) {
        for (@Parallel int part = 0; part < parts; part++) {
            int partial0 = at.get(t) + part * c;
            int dY0 = at.get(t + 1);
            int last = Math.min(rows, (part + 1) * rowsPerPart);
            int whole = c / 16 * 16;
            for (int j = 0; j < whole; j += 16) {
                float[] sums = new float[16];
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                }
                for (int row = part * rowsPerPart; row < last; row++) {
                    for (int l = 0; l < 16; l++) {
                        sums[l] += dY.get(dY0 + row * c + j + l);
                    }
                }
                for (int l = 0; l < 16; l++) {
                    partial.set(partial0 + j + l, sums[l]);
                }
            }
            for (int j = whole; j < c; j++) {
                float sum = 0f;
                for (int row = part * rowsPerPart; row < last; row++) {
                    sum += dY.get(dY0 + row * c + j);
                }
                partial.set(partial0 + j, sum);
            }
        }
    }

    /** dB [c] from dY [rows, c]. */
    public static void backward(Stage s, String id, Slice dB, @Stored Slice dY, int rows, int c) {
        int parts = PartialSums.parts(s, rows);
        FloatArray partial = new FloatArray(parts * c);
        int t = s.place(Slice.of(partial), dY);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.columns(parts, c));
            s.graph()
                    .task(
                            id,
                            BiasGroups::kBackward,
                            new KernelContext(),
                            partial,
                            dY.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Rows.divideUp(rows, parts));
        } else {
            s.graph()
                    .task(
                            id,
                            BiasKernel::kBackward,
                            partial,
                            dY.array(),
                            s.table(),
                            t,
                            parts,
                            rows,
                            c,
                            Rows.divideUp(rows, parts));
        }
        PartialSums.sum(s, id + "Sum", dB, partial, parts, c);
    }
}
