package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The second stage of sums over rows: out [n] = Σ over parts of partial [parts, n]. */
public final class PartialSums {
    private PartialSums() {}

    public static void kSumParts(FloatArray out, FloatArray partial, IntArray at, int t, int parts, int n, int blocks) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int out0 = at.get(t);
            int partial0 = at.get(t + 1);
            int first = block * 16;
            if (first + 16 <= n) {
                float[] sums = new float[16];
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                }
                for (int p = 0; p < parts; p++) {
                    for (int l = 0; l < 16; l++) {
                        sums[l] += partial.get(partial0 + p * n + first + l);
                    }
                }
                for (int l = 0; l < 16; l++) {
                    out.set(out0 + first + l, sums[l]);
                }
            } else {
                for (int j = first; j < n; j++) {
                    float sum = 0f;
                    for (int p = 0; p < parts; p++) {
                        sum += partial.get(partial0 + p * n + j);
                    }
                    out.set(out0 + j, sum);
                }
            }
        }
    }

    /** Parts that sums over rows are made in. */
    static int parts(Stage s) {
        return s.shape() == Shape.GROUPS ? Groups.PARTS : Rows.PARTS;
    }

    /** Adds the task that sums {@link #parts} parts. */
    static void sum(Stage s, String id, Slice out, FloatArray partial, int n) {
        sum(s, id, out, partial, parts(s), n);
    }

    static void sum(Stage s, String id, Slice out, FloatArray partial, int parts, int n) {
        int t = s.place(out, Slice.of(partial));
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.grid(Rows.divideUp(n, 16)));
            s.graph()
                    .task(
                            id,
                            PartialSumsGroups::kSumParts,
                            new KernelContext(),
                            out.array(),
                            partial,
                            s.table(),
                            t,
                            parts,
                            n);
            return;
        }
        s.graph().task(id, PartialSums::kSumParts, out.array(), partial, s.table(), t, parts, n, Rows.divideUp(n, 16));
    }
}
