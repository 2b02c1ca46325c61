package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The second stage of sums over rows: out [n] = Σ over parts of partial [parts, n], or of the first n columns of wider parts. */
public final class PartialSums {
    private PartialSums() {}

    public static void kSumParts(
            @Stored FloatArray out, FloatArray partial, IntArray at, int t, int parts, int stride, int n, int blocks) {
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
                        sums[l] += partial.get(partial0 + p * stride + first + l);
                    }
                }
                for (int l = 0; l < 16; l++) {
                    out.set(out0 + first + l, sums[l]);
                }
            } else {
                for (int j = first; j < n; j++) {
                    float sum = 0f;
                    for (int p = 0; p < parts; p++) {
                        sum += partial.get(partial0 + p * stride + j);
                    }
                    out.set(out0 + j, sum);
                }
            }
        }
    }

    /** Parts of sums over so many rows. In groups none is empty, and most have a multiple of the four rows that a group reads at a time. */
    static int parts(Stage s, int rows) {
        int fours = Rows.divideUp(rows, 4 * Groups.PARTS);
        return s.shape() == Shape.GROUPS ? Rows.divideUp(rows, 4 * fours) : Rows.PARTS;
    }

    /** Adds the task that sums some parts. */
    static void sum(Stage s, String id, Slice out, FloatArray partial, int parts, int n) {
        sum(s, id, out, Slice.of(partial), parts, n, n);
    }

    /** Where a kernel that must have its result in float writes it: the tensor of n elements itself, or what {@link #round} reads. */
    static Slice inFloat(Slice tensor, int n) {
        return tensor.data() instanceof FloatArray ? tensor : Slice.of(new FloatArray(n));
    }

    /** Adds the task that brings a result from {@link #inFloat} to its tensor, where it is not there. */
    static void round(Stage s, String id, Slice out, Slice inFloat, int n) {
        if (out != inFloat) {
            sum(s, id, out, inFloat, 1, n, n);
        }
    }

    /** Adds the task that sums, to a tensor of any format, parts which are from one to the next {@code stride} elements apart. */
    static void sum(Stage s, String id, Slice out, Slice partial, int parts, int stride, int n) {
        switch (out.data()) {
            case HalfFloatArray _ -> HalfPartialSums.launch(s, id, out, partial, parts, stride, n);
            case BFloat16Array _ -> BFloat16PartialSums.launch(s, id, out, partial, parts, stride, n);
            default -> launch(s, id, out, partial, parts, stride, n);
        }
    }

    static void launch(Stage s, String id, @Stored Slice out, Slice partial, int parts, int stride, int n) {
        int t = s.place(out, partial);
        if (s.shape() == Shape.GROUPS) {
            // Of one column all work-items of a group have a share, and of a few parts one has all.
            int columns = n == 1 ? 1 : parts <= 16 ? Groups.SIZE : 8;
            s.grid(id, Groups.grid(Rows.divideUp(n, columns)));
            s.graph()
                    .task(
                            id,
                            PartialSumsGroups::kSumParts,
                            new KernelContext(),
                            out.array(),
                            partial.array(),
                            s.table(),
                            t,
                            parts,
                            stride,
                            n,
                            columns);
            return;
        }
        s.graph()
                .task(
                        id,
                        PartialSums::kSumParts,
                        out.array(),
                        partial.array(),
                        s.table(),
                        t,
                        parts,
                        stride,
                        n,
                        Rows.divideUp(n, 16));
    }
}
