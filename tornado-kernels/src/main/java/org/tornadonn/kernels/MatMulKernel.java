package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrix products. A linear layer with w [out, in] is y = x wᵀ + b; its gradients are dX = dY w and dW = dYᵀ x. One kernel does
 * all three: either operand may be a transpose. What follows a product point by point, its {@link Epilogue}, is done while its sums
 * are at hand.
 *
 * <p>2 m n k operations. A work-item owns rows and {@link #COLUMNS} columns of the result; it packs a panel of b into local memory
 * and keeps 8 x 32 sums in registers.
 */
public final class MatMulKernel {
    static final int COLUMNS = 32;

    /** Rows of a work-item: enough that packing its panel costs little, few enough that they stay in a core's cache. */
    static final int ROWS = 512;

    /** What a group should have of k, at least, where k is split. */
    static final int DEPTH = 256;

    private MatMulKernel() {}

    /**
     * c [m, n] = a b, with a [m, k] or, where its flag is 1, its transpose [k, m], and b [k, n] or [n, k]; then what the flags of an
     * {@link Epilogue} ask for, which alone say which of bias, scale, factors, gelu and {@code other}, a residual or what GELU was
     * applied to, are used. Of a batch of products each has its matrices behind those of the one before, and no epilogue.
     */
    // A residual stands before c, because blocks that are stacked have both in one array.
    public static void kMultiply(
            KernelContext context,
            @Stored FloatArray other,
            FloatArray c,
            @Stored FloatArray a,
            @Stored FloatArray b,
            FloatArray bias,
            FloatArray scale,
            FloatArray factors,
            @Stored FloatArray gelu,
            IntArray at,
            int t,
            int m,
            int n,
            int k,
            int transposeA,
            int transposeB,
            int epilogue,
            int form,
            int rowsPerFactor,
            int rowsPerItem) {
        float[] panel = context.allocateFloatLocalArray(8192);
        int columnBlocks = (n + 31) / 32;
        int perProduct = columnBlocks * ((m + rowsPerItem - 1) / rowsPerItem);
        int product = context.globalIdx / perProduct;
        int item = context.globalIdx % perProduct;
        int other0 = at.get(t);
        int c0 = at.get(t + 1) + product * m * n;
        int a0 = at.get(t + 2) + product * m * k;
        int b0 = at.get(t + 3) + product * k * n;
        int bias0 = at.get(t + 4);
        int scale0 = at.get(t + 5);
        int factors0 = at.get(t + 6);
        int gelu0 = at.get(t + 7);
        int aRow = transposeA == 1 ? 1 : k;
        int aColumn = transposeA == 1 ? m : 1;
        int bRow = transposeB == 1 ? 1 : n;
        int bColumn = transposeB == 1 ? k : 1;
        int firstColumn = (item % columnBlocks) * 32;
        int firstRow = (item / columnBlocks) * rowsPerItem;
        int lastRow = Math.min(m, firstRow + rowsPerItem);
        for (int first = 0; first < k; first += 256) {
            int depth = Math.min(256, k - first);
            if (transposeB == 0 && firstColumn + 32 <= n) {
                for (int p = 0; p < depth; p++) {
                    int from = b0 + (first + p) * bRow + firstColumn;
                    for (int l = 0; l < 16; l++) {
                        panel[p * 32 + l] = b.get(from + l);
                    }
                    for (int l = 0; l < 16; l++) {
                        panel[p * 32 + 16 + l] = b.get(from + 16 + l);
                    }
                }
            } else {
                for (int j = 0; j < 32; j++) {
                    int column = Math.min(n - 1, firstColumn + j);
                    for (int p = 0; p < depth; p++) {
                        panel[p * 32 + j] = b.get(b0 + (first + p) * bRow + column * bColumn);
                    }
                }
            }
            for (int row = firstRow; row < lastRow; row += 8) {
                float[] sums = new float[256];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        sums[r * 32 + l] = 0f;
                    }
                    for (int l = 0; l < 16; l++) {
                        sums[r * 32 + 16 + l] = 0f;
                    }
                }
                for (int p = 0; p < depth; p++) {
                    for (int r = 0; r < 8; r++) {
                        // Rows past the end repeat the last one and are not stored.
                        float x = a.get(a0 + Math.min(row + r, m - 1) * aRow + (first + p) * aColumn);
                        for (int l = 0; l < 16; l++) {
                            sums[r * 32 + l] += x * panel[p * 32 + l];
                        }
                        for (int l = 0; l < 16; l++) {
                            sums[r * 32 + 16 + l] += x * panel[p * 32 + 16 + l];
                        }
                    }
                }
                // A second array, because the sums stay in registers only while their indices are constants.
                float[] tile = new float[256];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        tile[r * 32 + l] = sums[r * 32 + l];
                    }
                    for (int l = 0; l < 16; l++) {
                        tile[r * 32 + 16 + l] = sums[r * 32 + 16 + l];
                    }
                }
                int height = Math.min(8, lastRow - row);
                int width = Math.min(32, n - firstColumn);
                int whole = width / 16 * 16;
                for (int r = 0; r < height; r++) {
                    int out = (row + r) * n + firstColumn;
                    for (int j = 0; j < whole; j += 16) {
                        float[] v = new float[16];
                        for (int l = 0; l < 16; l++) {
                            v[l] = tile[r * 32 + j + l];
                        }
                        if (first > 0) {
                            for (int l = 0; l < 16; l++) {
                                v[l] += c.get(c0 + out + j + l);
                            }
                        }
                        if (first + depth == k) {
                            if ((epilogue & Epilogue.BIAS) != 0) {
                                for (int l = 0; l < 16; l++) {
                                    v[l] += bias.get(bias0 + firstColumn + j + l);
                                }
                            }
                            if ((epilogue & Epilogue.GELU) != 0) {
                                for (int l = 0; l < 16; l++) {
                                    gelu.set(gelu0 + out + j + l, GeluKernel.value(form, v[l]));
                                }
                            }
                            if ((epilogue & Epilogue.GELU_GRADIENT) != 0) {
                                for (int l = 0; l < 16; l++) {
                                    v[l] = GeluKernel.gradient(form, v[l], other.get(other0 + out + j + l));
                                }
                            }
                            if ((epilogue & Epilogue.FACTORS) != 0) {
                                float factor = factors.get(factors0 + (row + r) / rowsPerFactor);
                                for (int l = 0; l < 16; l++) {
                                    v[l] *= factor;
                                }
                            }
                            if ((epilogue & Epilogue.SCALE) != 0) {
                                for (int l = 0; l < 16; l++) {
                                    v[l] *= scale.get(scale0 + firstColumn + j + l);
                                }
                            }
                            if ((epilogue & Epilogue.RESIDUAL) != 0) {
                                for (int l = 0; l < 16; l++) {
                                    v[l] += other.get(other0 + out + j + l);
                                }
                            }
                        }
                        for (int l = 0; l < 16; l++) {
                            c.set(c0 + out + j + l, v[l]);
                        }
                    }
                    for (int j = whole; j < width; j++) {
                        float v = tile[r * 32 + j];
                        if (first > 0) {
                            v += c.get(c0 + out + j);
                        }
                        if (first + depth == k) {
                            if ((epilogue & Epilogue.BIAS) != 0) {
                                v += bias.get(bias0 + firstColumn + j);
                            }
                            if ((epilogue & Epilogue.GELU) != 0) {
                                gelu.set(gelu0 + out + j, GeluKernel.value(form, v));
                            }
                            if ((epilogue & Epilogue.GELU_GRADIENT) != 0) {
                                v = GeluKernel.gradient(form, v, other.get(other0 + out + j));
                            }
                            if ((epilogue & Epilogue.FACTORS) != 0) {
                                v *= factors.get(factors0 + (row + r) / rowsPerFactor);
                            }
                            if ((epilogue & Epilogue.SCALE) != 0) {
                                v *= scale.get(scale0 + firstColumn + j);
                            }
                            if ((epilogue & Epilogue.RESIDUAL) != 0) {
                                v += other.get(other0 + out + j);
                            }
                        }
                        c.set(c0 + out + j, v);
                    }
                }
            }
        }
    }

    private static void multiply(
            Stage s,
            String id,
            Slice c,
            @Stored Slice a,
            boolean transposeA,
            @Stored Slice b,
            boolean transposeB,
            Epilogue e,
            int batch,
            int m,
            int n,
            int k) {
        @Stored Slice other = given(e.other(), b);
        Slice floats = PartialSums.inFloat(b, 1);
        Slice bias = given(e.bias(), floats);
        Slice scale = given(e.scale(), floats);
        Slice factors = given(e.factors(), floats);
        @Stored Slice gelu = given(e.gelu(), b);
        if (s.shape() == Shape.GROUPS) {
            int tiles = Rows.divideUp(m, 64) * Rows.divideUp(n, 64);
            // A few long sums, such as gradients of weights, are made in parts: by the sizes, so that no device has
            // other numbers.
            boolean whole = batch > 1 || e.flags() != 0;
            int wished = whole ? 1 : Math.max(1, Math.min(Groups.PARTS / tiles, k / DEPTH));
            int depth = Rows.divideUp(Rows.divideUp(k, wished), 16) * 16;
            int parts = Rows.divideUp(k, depth);
            Slice sums = parts == 1 ? PartialSums.inFloat(c, batch * m * n) : Slice.of(new FloatArray(parts * m * n));
            s.grid(id, Groups.grid(batch * parts * tiles));
            s.graph()
                    .task(
                            id,
                            MatMulGroups::kMultiply,
                            new KernelContext(),
                            other.array(),
                            sums.array(),
                            a.array(),
                            b.array(),
                            bias.array(),
                            scale.array(),
                            factors.array(),
                            gelu.array(),
                            s.table(),
                            s.place(other, sums, a, b, bias, scale, factors, gelu),
                            m,
                            n,
                            k,
                            transposeA ? 1 : 0,
                            transposeB ? 1 : 0,
                            e.flags(),
                            e.form().ordinal(),
                            e.rowsPerFactor(),
                            depth);
            if (sums != c) {
                PartialSums.sum(s, id + "Parts", c, sums, parts, m * n, batch * m * n);
            }
            return;
        }
        int columnBlocks = Rows.divideUp(n, COLUMNS);
        // At least 16 work-items, of equal size.
        int rowBlocks = Math.max(Rows.divideUp(m, ROWS), Rows.divideUp(16, columnBlocks * batch));
        int rowsPerItem = Rows.divideUp(Rows.divideUp(m, rowBlocks), 8) * 8;
        WorkerGrid grid = new WorkerGrid1D(batch * columnBlocks * Rows.divideUp(m, rowsPerItem));
        grid.setLocalWork(1, 1, 1);
        s.grid(id, grid);
        Slice sums = PartialSums.inFloat(c, batch * m * n);
        s.graph()
                .task(
                        id,
                        MatMulKernel::kMultiply,
                        new KernelContext(),
                        other.array(),
                        sums.array(),
                        a.array(),
                        b.array(),
                        bias.array(),
                        scale.array(),
                        factors.array(),
                        gelu.array(),
                        s.table(),
                        s.place(other, sums, a, b, bias, scale, factors, gelu),
                        m,
                        n,
                        k,
                        transposeA ? 1 : 0,
                        transposeB ? 1 : 0,
                        e.flags(),
                        e.form().ordinal(),
                        e.rowsPerFactor(),
                        rowsPerItem);
        PartialSums.round(s, id + "Rounded", c, sums, batch * m * n);
    }

    /** A kernel must be given some array where it uses none: b, which it has anyway. */
    static Slice given(Slice tensor, Slice b) {
        return tensor == null ? b : tensor;
    }

    /** y [rows, out] = x [rows, in] wᵀ, and what follows it; w [out, in]. */
    public static void linear(
            Stage s, String id, Slice y, @Stored Slice x, @Stored Slice w, Epilogue e, int rows, int in, int out) {
        multiply(s, id, y, x, false, w, true, e, 1, rows, out, in);
    }

    /** dX [rows, in] = dY [rows, out] w, and what follows it. */
    public static void linearBackwardInput(
            Stage s, String id, Slice dX, @Stored Slice dY, @Stored Slice w, Epilogue e, int rows, int in, int out) {
        multiply(s, id, dX, dY, false, w, false, e, 1, rows, in, out);
    }

    /** dW [out, in] = dYᵀ x. */
    public static void linearBackwardWeight(
            Stage s, String id, Slice dW, @Stored Slice dY, @Stored Slice x, int rows, int in, int out) {
        multiply(s, id, dW, dY, true, x, false, Epilogue.NONE, 1, out, in, rows);
    }

    /**
     * A batch of products: c [batch, m, n] = a b with a [batch, m, k] or, where {@code transposeA}, its transpose [batch, k, m], and b
     * [batch, k, n] or [batch, n, k].
     */
    public static void batched(
            Stage s,
            String id,
            Slice c,
            @Stored Slice a,
            boolean transposeA,
            @Stored Slice b,
            boolean transposeB,
            int batch,
            int m,
            int n,
            int k) {
        multiply(s, id, c, a, transposeA, b, transposeB, Epilogue.NONE, batch, m, n, k);
    }
}
