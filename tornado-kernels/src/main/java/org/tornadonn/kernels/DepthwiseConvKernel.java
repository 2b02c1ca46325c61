package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Depthwise convolution, channels last, k x k with odd k, stride 1, zeros around (ConvNeXt, arXiv 2201.03545): y[b, i, j, c] =
 * bias[c] + Σ w[c, u, v] x[b, i + u - k/2, j + v - k/2, c]. dX is the same convolution of dY with w turned by 180°; dW[c, u, v] = Σ
 * dY[b, i, j, c] x[b, i + u - k/2, j + v - k/2, c]; dBias[c] = Σ dY. 2 k² operations per pixel and channel.
 *
 * <p>A work-item owns 16 channels of an image. The rows at hand stand in local memory, a ring of k rows with zeros on both sides, so
 * that nothing is asked in the inner loops, and sums of 8 pixels (or, for dW, 8 taps) stay in registers. What sizes local memory is a
 * constant of the code, so with k the loop over a row's taps is unrolled, and a pixel is loaded once for all of them. The ring is filled in
 * each kernel anew because TornadoVM cannot hand local memory to a method.
 */
public final class DepthwiseConvKernel {
    private DepthwiseConvKernel() {}

    /** {@code n} rounded up to eights; a row of the ring has the side in eights and, for its two sides, the taps in eights. */
    static int eights(int n) {
        return (n + 7) / 8 * 8;
    }

    /** taps [blocks, k² + 1, 16]: w by tap and 16 channels, 0 past the last channel; behind it the bias, or 0 where w is turned. */
    public static void kTaps(
            FloatArray taps,
            FloatArray w,
            FloatArray bias,
            IntArray at,
            int t,
            int blocks,
            int c,
            int area,
            int turned) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int taps0 = at.get(t) + block * (area + 1) * 16;
            int w0 = at.get(t + 1);
            int bias0 = at.get(t + 2);
            for (int l = 0; l < 16; l++) {
                int channel = Math.min(c - 1, block * 16 + l);
                float kept = Math.min(1, Math.max(0, c - block * 16 - l));
                for (int p = 0; p < area; p++) {
                    int from = p + turned * (area - 1 - 2 * p);
                    taps.set(taps0 + p * 16 + l, kept * w.get(w0 + channel * area + from));
                }
                taps.set(taps0 + area * 16 + l, kept * (1 - turned) * bias.get(bias0 + channel));
            }
        }
    }

    /** y = bias + convolution of x (+ residual, where its flag is 1; it may be y itself, so it stands before it). */
    public static void kConvolve(
            KernelContext context,
            @Stored FloatArray residual,
            @Stored FloatArray y,
            @Stored FloatArray x,
            FloatArray taps,
            IntArray at,
            int t,
            int blocks,
            int side,
            int c,
            int k,
            int hasResidual) {
        int columns = eights(side) + eights(k);
        float[] ring = context.allocateFloatLocalArray(k * columns * 16);
        int item = context.globalIdx;
        int first = item % blocks * 16;
        int lanes = Math.min(16, c - first);
        int corner = item / blocks * side * side * c + first;
        int residual0 = at.get(t) + corner;
        int y0 = at.get(t + 1) + corner;
        int x0 = at.get(t + 2) + corner;
        int taps0 = at.get(t + 3) + item % blocks * (k * k + 1) * 16;
        int bias0 = taps0 + k * k * 16;
        float skip = hasResidual;
        int half = k / 2;
        for (int i = 0; i < k * columns * 16; i += 16) {
            for (int l = 0; l < 16; l++) {
                ring[i + l] = 0f;
            }
        }
        for (int row = -half; row < side; row++) {
            int arriving = row + half;
            if (arriving < side) {
                for (int j = 0; j < side; j++) {
                    int from = x0 + (arriving * side + j) * c;
                    int to = (arriving % k * columns + half + j) * 16;
                    if (lanes == 16) {
                        for (int l = 0; l < 16; l++) {
                            ring[to + l] = x.get(from + l);
                        }
                    } else {
                        for (int l = 0; l < lanes; l++) {
                            ring[to + l] = x.get(from + l);
                        }
                    }
                }
            }
            for (int column = 0; row >= 0 && column < side; column += 8) {
                float[] sums = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        sums[r * 16 + l] = taps.get(bias0 + l);
                    }
                }
                int lastU = Math.min(k, side + half - row);
                for (int u = Math.max(0, half - row); u < lastU; u++) {
                    int from = ((row + u - half) % k * columns + column) * 16;
                    for (int v = 0; v < k; v++) {
                        float[] tap = new float[16];
                        for (int l = 0; l < 16; l++) {
                            tap[l] = taps.get(taps0 + (u * k + v) * 16 + l);
                        }
                        for (int r = 0; r < 8; r++) {
                            for (int l = 0; l < 16; l++) {
                                sums[r * 16 + l] += tap[l] * ring[from + (r + v) * 16 + l];
                            }
                        }
                    }
                }
                // A second array, because the sums stay in registers only while their indices are constants.
                float[] tile = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        tile[r * 16 + l] = sums[r * 16 + l];
                    }
                }
                int wide = Math.min(8, side - column);
                for (int r = 0; r < wide; r++) {
                    int to = (row * side + column + r) * c;
                    if (lanes == 16) {
                        // Two loops, because residual may be y, and lanes must not store what others may load.
                        if (hasResidual == 1) {
                            for (int l = 0; l < 16; l++) {
                                tile[r * 16 + l] += residual.get(residual0 + to + l);
                            }
                        }
                        for (int l = 0; l < 16; l++) {
                            y.set(y0 + to + l, tile[r * 16 + l]);
                        }
                    } else {
                        for (int l = 0; l < lanes; l++) {
                            y.set(y0 + to + l, tile[r * 16 + l] + skip * residual.get(residual0 + to + l));
                        }
                    }
                }
            }
        }
    }

    /**
     * partial [parts, blocks, k wide + 1, 16]: sums over a part of the images, for each row of taps as many as fill eights, and
     * behind them that of the bias. The row of dY at hand stands behind the ring.
     */
    public static void kWeightParts(
            KernelContext context,
            FloatArray partial,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int blocks,
            int batch,
            int side,
            int c,
            int k,
            int imagesPerPart) {
        int wide = eights(k);
        int columns = eights(side) + wide;
        float[] ring = context.allocateFloatLocalArray((k + 1) * columns * 16);
        int item = context.globalIdx;
        int first = item % blocks * 16;
        int lanes = Math.min(16, c - first);
        int partial0 = at.get(t) + item * (k * wide + 1) * 16;
        int bias0 = partial0 + k * wide * 16;
        int firstImage = item / blocks * imagesPerPart;
        int lastImage = Math.min(batch, firstImage + imagesPerPart);
        int half = k / 2;
        int up = k * columns * 16;
        for (int i = 0; i < (k + 1) * columns * 16; i += 16) {
            for (int l = 0; l < 16; l++) {
                ring[i + l] = 0f;
            }
        }
        for (int i = 0; i < (k * wide + 1) * 16; i += 16) {
            for (int l = 0; l < 16; l++) {
                partial.set(partial0 + i + l, 0f);
            }
        }
        for (int image = firstImage; image < lastImage; image++) {
            int dY0 = at.get(t + 1) + image * side * side * c + first;
            int x0 = at.get(t + 2) + image * side * side * c + first;
            for (int row = -half; row < side; row++) {
                int arriving = row + half;
                if (arriving < side) {
                    for (int j = 0; j < side; j++) {
                        int from = x0 + (arriving * side + j) * c;
                        int to = (arriving % k * columns + half + j) * 16;
                        if (lanes == 16) {
                            for (int l = 0; l < 16; l++) {
                                ring[to + l] = x.get(from + l);
                            }
                        } else {
                            for (int l = 0; l < lanes; l++) {
                                ring[to + l] = x.get(from + l);
                            }
                        }
                    }
                }
                for (int j = 0; row >= 0 && j < side; j++) {
                    int from = dY0 + (row * side + j) * c;
                    if (lanes == 16) {
                        for (int l = 0; l < 16; l++) {
                            ring[up + j * 16 + l] = dY.get(from + l);
                        }
                    } else {
                        for (int l = 0; l < lanes; l++) {
                            ring[up + j * 16 + l] = dY.get(from + l);
                        }
                    }
                    for (int l = 0; l < 16; l++) {
                        partial.set(bias0 + l, partial.get(bias0 + l) + ring[up + j * 16 + l]);
                    }
                }
                int lastU = Math.min(k, side + half - row);
                for (int u = Math.max(0, half - row); row >= 0 && u < lastU; u++) {
                    int from = (row + u - half) % k * columns * 16;
                    for (int v = 0; v < wide; v += 8) {
                        int to = partial0 + (u * wide + v) * 16;
                        float[] sums = new float[128];
                        for (int r = 0; r < 8; r++) {
                            for (int l = 0; l < 16; l++) {
                                sums[r * 16 + l] = partial.get(to + r * 16 + l);
                            }
                        }
                        for (int j = 0; j < side; j++) {
                            float[] d = new float[16];
                            for (int l = 0; l < 16; l++) {
                                d[l] = ring[up + j * 16 + l];
                            }
                            for (int r = 0; r < 8; r++) {
                                for (int l = 0; l < 16; l++) {
                                    sums[r * 16 + l] += d[l] * ring[from + (j + v + r) * 16 + l];
                                }
                            }
                        }
                        for (int r = 0; r < 8; r++) {
                            for (int l = 0; l < 16; l++) {
                                partial.set(to + r * 16 + l, sums[r * 16 + l]);
                            }
                        }
                    }
                }
            }
        }
    }

    /** out [c, taps] from the parts of the taps from {@code firstTap} on; tap k * k is the bias. */
    public static void kWeightSums(
            FloatArray out,
            FloatArray partial,
            IntArray at,
            int t,
            int blocks,
            int parts,
            int c,
            int k,
            int firstTap,
            int taps) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int out0 = at.get(t) + block * 16 * taps;
            int wide = eights(k);
            int partial0 = at.get(t + 1) + block * (k * wide + 1) * 16;
            int stride = blocks * (k * wide + 1) * 16;
            int lanes = Math.min(16, c - block * 16);
            for (int i = 0; i < taps; i++) {
                int tap = firstTap + i;
                int from = partial0 + (tap / k * wide + tap % k) * 16;
                for (int l = 0; l < lanes; l++) {
                    float sum = 0f;
                    for (int part = 0; part < parts; part++) {
                        sum += partial.get(from + part * stride + l);
                    }
                    out.set(out0 + l * taps + i, sum);
                }
            }
        }
    }

    private static void convolve(
            Stage s,
            String id,
            @Stored Slice y,
            @Stored Slice x,
            Slice weight,
            Slice bias,
            @Stored Slice residual,
            int batch,
            int side,
            int c,
            int k) {
        Slice someBias = bias == null ? weight : bias;
        @Stored Slice someResidual = residual == null ? x : residual;
        int turned = bias == null ? 1 : 0;
        if (s.shape() == Shape.GROUPS) {
            int groupBlocks = Rows.divideUp(c, 32);
            int down = Rows.divideUp(side, 2);
            int across = Rows.divideUp(side, 8);
            int tiles = batch * down * across;
            int t = s.place(someResidual, y, x, weight, someBias);
            s.grid(id, Groups.grid(Rows.divideUp(tiles, 4) * groupBlocks));
            s.graph()
                    .task(
                            id,
                            DepthwiseConvGroups::kConvolve,
                            new KernelContext(),
                            someResidual.array(),
                            y.array(),
                            x.array(),
                            weight.array(),
                            someBias.array(),
                            s.table(),
                            t,
                            groupBlocks,
                            tiles,
                            down,
                            across,
                            side,
                            c,
                            k,
                            turned,
                            residual == null ? 0 : 1);
            return;
        }
        int blocks = Rows.divideUp(c, 16);
        FloatArray taps = new FloatArray(blocks * (k * k + 1) * 16);
        int forTaps = s.place(Slice.of(taps), weight, someBias);
        int t = s.place(someResidual, y, x, Slice.of(taps));
        WorkerGrid grid = new WorkerGrid1D(batch * blocks);
        grid.setLocalWork(1, 1, 1);
        s.grid(id, grid);
        s.graph()
                .task(
                        id + "Taps",
                        DepthwiseConvKernel::kTaps,
                        taps,
                        weight.array(),
                        someBias.array(),
                        s.table(),
                        forTaps,
                        blocks,
                        c,
                        k * k,
                        turned)
                .task(
                        id,
                        DepthwiseConvKernel::kConvolve,
                        new KernelContext(),
                        someResidual.array(),
                        y.array(),
                        x.array(),
                        taps,
                        s.table(),
                        t,
                        blocks,
                        side,
                        c,
                        k,
                        residual == null ? 0 : 1);
    }

    /** y [batch, side, c] from x [batch, side, c], weight [c, 1, k, k], bias [c]. */
    public static void forward(
            Stage s,
            String id,
            @Stored Slice y,
            @Stored Slice x,
            Slice weight,
            Slice bias,
            int batch,
            int side,
            int c,
            int k) {
        convolve(s, id, y, x, weight, bias, null, batch, side, c, k);
    }

    /** dX [batch, side, c] (plus dSkip, where not null; it may be dX itself) from dY [batch, side, c] and weight [c, 1, k, k]. */
    public static void backwardInput(
            Stage s,
            String id,
            @Stored Slice dX,
            @Stored Slice dY,
            Slice weight,
            @Stored Slice dSkip,
            int batch,
            int side,
            int c,
            int k) {
        convolve(s, id, dX, dY, weight, null, dSkip, batch, side, c, k);
    }

    /** dWeight [c, 1, k, k] and dBias [c] from dY and x [batch, side, c]. */
    public static void backwardWeights(
            Stage s,
            String id,
            Slice dWeight,
            Slice dBias,
            @Stored Slice dY,
            @Stored Slice x,
            int batch,
            int side,
            int c,
            int k) {
        if (s.shape() == Shape.GROUPS) {
            backwardWeightsInGroups(s, id, dWeight, dBias, dY, x, batch * side, side, c, k);
            return;
        }
        int blocks = Rows.divideUp(c, 16);
        int imagesPerPart = Rows.divideUp(batch, Rows.divideUp(Rows.PARTS, blocks));
        int parts = Rows.divideUp(batch, imagesPerPart);
        FloatArray partial = new FloatArray(parts * blocks * (k * eights(k) + 1) * 16);
        int t = s.place(Slice.of(partial), dY, x);
        WorkerGrid grid = new WorkerGrid1D(parts * blocks);
        grid.setLocalWork(1, 1, 1);
        s.grid(id, grid);
        s.graph()
                .task(
                        id,
                        DepthwiseConvKernel::kWeightParts,
                        new KernelContext(),
                        partial,
                        dY.array(),
                        x.array(),
                        s.table(),
                        t,
                        blocks,
                        batch,
                        side,
                        c,
                        k,
                        imagesPerPart);
        weightSums(s, id + "Sum", dWeight, partial, blocks, parts, c, k, 0, k * k);
        weightSums(s, id + "BiasSum", dBias, partial, blocks, parts, c, k, k * k, 1);
    }

    private static void backwardWeightsInGroups(
            Stage s,
            String id,
            Slice dWeight,
            Slice dBias,
            @Stored Slice dY,
            @Stored Slice x,
            int rows,
            int side,
            int c,
            int k) {
        int blocks = Rows.divideUp(c, 32);
        int rowsPerPart = Rows.divideUp(rows, Rows.divideUp(Groups.PARTS, blocks));
        int parts = Rows.divideUp(rows, rowsPerPart);
        FloatArray partial = new FloatArray(parts * c * k * k);
        FloatArray partialBias = new FloatArray(parts * c);
        int t = s.place(Slice.of(partial), Slice.of(partialBias), dY, x);
        s.grid(id, Groups.grid(parts * blocks));
        s.graph()
                .task(
                        id,
                        DepthwiseConvGroups::kWeightParts,
                        new KernelContext(),
                        partial,
                        partialBias,
                        dY.array(),
                        x.array(),
                        s.table(),
                        t,
                        blocks,
                        rows,
                        side,
                        c,
                        k,
                        rowsPerPart);
        PartialSums.sum(s, id + "Sum", dWeight, partial, parts, c * k * k);
        PartialSums.sum(s, id + "BiasSum", dBias, partialBias, parts, c);
    }

    static void weightSums(
            Stage s,
            String id,
            Slice out,
            FloatArray partial,
            int blocks,
            int parts,
            int c,
            int k,
            int firstTap,
            int taps) {
        int t = s.place(out, Slice.of(partial));
        s.graph()
                .task(
                        id,
                        DepthwiseConvKernel::kWeightSums,
                        out.array(),
                        partial,
                        s.table(),
                        t,
                        blocks,
                        parts,
                        c,
                        k,
                        firstTap,
                        taps);
    }
}
