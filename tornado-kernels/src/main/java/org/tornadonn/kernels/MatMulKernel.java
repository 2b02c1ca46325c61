package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrix products. A linear layer with w [out, in] is y = x wᵀ + b; its gradients are dX = dY w and dW = dYᵀ x. One kernel does
 * all three: operands are addressed by a stride per row and per column. What follows a product point by point is done while its
 * sums are at hand: the bias, a residual, GELU, or GELU's gradient.
 *
 * <p>2 m n k operations. A work-item owns rows and {@link #COLUMNS} columns of the result; it packs a panel of b into local memory
 * and keeps 8 x 32 sums in registers.
 */
public final class MatMulKernel {
    private static final int COLUMNS = 32;

    /** Rows of a work-item: enough that packing its panel costs little, few enough that they stay in a core's cache. */
    private static final int ROWS = 512;

    /** What a group should have of k, at least, where k is split. */
    private static final int DEPTH = 256;

    private static final int NOTHING = 0;
    static final int RESIDUAL = 1;
    static final int GELU = 2;
    static final int GELU_GRADIENT = 3;

    private static final GeluKernel.Form EXACT = GeluKernel.Form.EXACT;

    private MatMulKernel() {}

    /**
     * c [m, n] = a b (+ bias), with a(i, p) at {@code i * aRow + p * aColumn} and b(p, j) at {@code p * bRow + j * bColumn}; bias
     * [n] is read where its flag is 1. {@code other} [m, n] is, by {@code then}, not used; added to c; GELU(c), an output; or what
     * GELU in a {@code form} was applied to, and c is multiplied by its gradient there. Of a batch of products each has its matrices behind
     * those of the one before.
     */
    public static void kMultiply(
            KernelContext context,
            FloatArray c,
            FloatArray a,
            FloatArray b,
            FloatArray bias,
            FloatArray other,
            IntArray at,
            int t,
            int m,
            int n,
            int k,
            int aRow,
            int aColumn,
            int bRow,
            int bColumn,
            int hasBias,
            int then,
            int form,
            int rowsPerItem) {
        float[] panel = context.allocateFloatLocalArray(8192);
        int columnBlocks = (n + 31) / 32;
        int perProduct = columnBlocks * ((m + rowsPerItem - 1) / rowsPerItem);
        int product = context.globalIdx / perProduct;
        int item = context.globalIdx % perProduct;
        int c0 = at.get(t) + product * m * n;
        int a0 = at.get(t + 1) + product * m * k;
        int b0 = at.get(t + 2) + product * k * n;
        int bias0 = at.get(t + 3);
        int other0 = at.get(t + 4);
        int firstColumn = (item % columnBlocks) * 32;
        int firstRow = (item / columnBlocks) * rowsPerItem;
        int lastRow = Math.min(m, firstRow + rowsPerItem);
        for (int first = 0; first < k; first += 256) {
            int depth = Math.min(256, k - first);
            if (bColumn == 1 && firstColumn + 32 <= n) {
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
                int last = first + depth == k ? 1 : 0;
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
                        if (last * hasBias == 1) {
                            for (int l = 0; l < 16; l++) {
                                v[l] += bias.get(bias0 + firstColumn + j + l);
                            }
                        }
                        if (last * then == RESIDUAL) {
                            for (int l = 0; l < 16; l++) {
                                v[l] += other.get(other0 + out + j + l);
                            }
                        }
                        if (last * then == GELU) {
                            for (int l = 0; l < 16; l++) {
                                other.set(other0 + out + j + l, GeluKernel.value(form, v[l]));
                            }
                        }
                        if (last * then == GELU_GRADIENT) {
                            for (int l = 0; l < 16; l++) {
                                v[l] = GeluKernel.gradient(form, v[l], other.get(other0 + out + j + l));
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
                        if (last * hasBias == 1) {
                            v += bias.get(bias0 + firstColumn + j);
                        }
                        if (last * then == RESIDUAL) {
                            v += other.get(other0 + out + j);
                        }
                        if (last * then == GELU) {
                            other.set(other0 + out + j, GeluKernel.value(form, v));
                        }
                        if (last * then == GELU_GRADIENT) {
                            v = GeluKernel.gradient(form, v, other.get(other0 + out + j));
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
            Slice a,
            Slice b,
            Slice bias,
            int then,
            GeluKernel.Form form,
            Slice other,
            int batch,
            int m,
            int n,
            int k,
            int aRow,
            int aColumn,
            int bRow,
            int bColumn) {
        Slice someBias = bias == null ? b : bias;
        Slice someOther = then == NOTHING ? b : other;
        if (s.shape() == Shape.GROUPS) {
            int tiles = Rows.divideUp(m, 64) * Rows.divideUp(n, 64);
            // A few long sums, such as gradients of weights, are made in parts: by the sizes, so that no device has
            // other numbers.
            boolean whole = batch > 1 || bias != null || then != NOTHING;
            int wished = whole ? 1 : Math.max(1, Math.min(Groups.PARTS / tiles, k / DEPTH));
            int depth = Rows.divideUp(Rows.divideUp(k, wished), 16) * 16;
            int parts = Rows.divideUp(k, depth);
            Slice sums = parts == 1 ? c : Slice.of(new FloatArray(parts * m * n));
            s.grid(id, Groups.grid(batch * parts * tiles));
            s.graph()
                    .task(
                            id,
                            MatMulGroups::kMultiply,
                            new KernelContext(),
                            sums.array(),
                            a.array(),
                            b.array(),
                            someBias.array(),
                            someOther.array(),
                            s.table(),
                            s.place(sums, a, b, someBias, someOther),
                            m,
                            n,
                            k,
                            aColumn == 1 ? 0 : 1,
                            bColumn == 1 ? 0 : 1,
                            bias == null ? 0 : 1,
                            then,
                            form.ordinal(),
                            depth);
            if (parts > 1) {
                PartialSums.sum(s, id + "Parts", c, sums.array(), parts, m * n);
            }
            return;
        }
        int t = s.place(c, a, b, someBias, someOther);
        int columnBlocks = Rows.divideUp(n, COLUMNS);
        // At least 16 work-items, of equal size.
        int rowBlocks = Math.max(Rows.divideUp(m, ROWS), Rows.divideUp(16, columnBlocks * batch));
        int rowsPerItem = Rows.divideUp(Rows.divideUp(m, rowBlocks), 8) * 8;
        WorkerGrid grid = new WorkerGrid1D(batch * columnBlocks * Rows.divideUp(m, rowsPerItem));
        grid.setLocalWork(1, 1, 1);
        s.grid(id, grid);
        s.graph()
                .task(
                        id,
                        MatMulKernel::kMultiply,
                        new KernelContext(),
                        c.array(),
                        a.array(),
                        b.array(),
                        someBias.array(),
                        someOther.array(),
                        s.table(),
                        t,
                        m,
                        n,
                        k,
                        aRow,
                        aColumn,
                        bRow,
                        bColumn,
                        bias == null ? 0 : 1,
                        then,
                        form.ordinal(),
                        rowsPerItem);
    }

    /** y [rows, out] = x [rows, in] wᵀ + b (+ residual [rows, out], where not null); w [out, in], b [out] or null. */
    public static void linear(
            Stage s, String id, Slice y, Slice x, Slice w, Slice b, Slice residual, int rows, int in, int out) {
        multiply(
                s,
                id,
                y,
                x,
                w,
                b,
                residual == null ? NOTHING : RESIDUAL,
                EXACT,
                residual,
                1,
                rows,
                out,
                in,
                in,
                1,
                1,
                in);
    }

    /** hidden [rows, out] = x [rows, in] wᵀ + b and y [rows, out] = GELU(hidden). */
    public static void linearGelu(
            Stage s,
            String id,
            GeluKernel.Form form,
            Slice y,
            Slice hidden,
            Slice x,
            Slice w,
            Slice b,
            int rows,
            int in,
            int out) {
        multiply(s, id, hidden, x, w, b, GELU, form, y, 1, rows, out, in, in, 1, 1, in);
    }

    /** dX [rows, in] = dY [rows, out] w. */
    public static void linearBackwardInput(Stage s, String id, Slice dX, Slice dY, Slice w, int rows, int in, int out) {
        multiply(s, id, dX, dY, w, null, NOTHING, EXACT, null, 1, rows, in, out, out, 1, in, 1);
    }

    /** The same where the layer's input was GELU(hidden): dHidden [rows, in] from dY [rows, out] and hidden. */
    public static void linearBackwardGelu(
            Stage s,
            String id,
            GeluKernel.Form form,
            Slice dHidden,
            Slice dY,
            Slice w,
            Slice hidden,
            int rows,
            int in,
            int out) {
        multiply(s, id, dHidden, dY, w, null, GELU_GRADIENT, form, hidden, 1, rows, in, out, out, 1, in, 1);
    }

    /** dW [out, in] = dYᵀ x. */
    public static void linearBackwardWeight(
            Stage s, String id, Slice dW, Slice dY, Slice x, int rows, int in, int out) {
        multiply(s, id, dW, dY, x, null, NOTHING, EXACT, null, 1, out, in, rows, 1, out, in, 1);
    }

    /**
     * A batch of products: c [batch, m, n] = a b with a [batch, m, k] or, where {@code transposeA}, its transpose [batch, k, m], and b
     * [batch, k, n] or [batch, n, k].
     */
    public static void batched(
            Stage s,
            String id,
            Slice c,
            Slice a,
            boolean transposeA,
            Slice b,
            boolean transposeB,
            int batch,
            int m,
            int n,
            int k) {
        int aRow = transposeA ? 1 : k;
        int aColumn = transposeA ? m : 1;
        int bRow = transposeB ? 1 : n;
        int bColumn = transposeB ? k : 1;
        multiply(s, id, c, a, b, null, NOTHING, EXACT, null, batch, m, n, k, aRow, aColumn, bRow, bColumn);
    }
}
