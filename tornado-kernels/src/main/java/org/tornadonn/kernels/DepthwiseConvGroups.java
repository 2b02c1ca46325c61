package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link DepthwiseConvKernel} in {@link Shape#GROUPS}: a group has 32 channels, four work-items a channel. Sums stay in
 * registers, 8 for each of two rows of pixels or of taps, and so do the pixels that meet them.
 */
public final class DepthwiseConvGroups {
    private DepthwiseConvGroups() {}

    /** Pixel {@code j} of a row that begins at {@code from}; 0 beside the row. */
    private static float pixel(@Stored FloatArray x, int from, int j, int side, int c) {
        float value = 0f;
        if (j >= 0 && j < side) {
            value = x.get(from + j * c);
        }
        return value;
    }

    /**
     * y = bias + convolution of x (+ residual, where its flag is 1; it may be y itself, so it stands before it); without bias where w
     * is turned. A work-item has 8 pixels of two rows; {@code tiles} counts such, {@code across} and {@code down} those of an image.
     */
    public static void kConvolve(
            KernelContext context,
            @Stored FloatArray residual,
            @Stored FloatArray y,
            @Stored FloatArray x,
            FloatArray w,
            FloatArray bias,
            IntArray at,
            int t,
            int blocks,
            int tiles,
            int down,
            int across,
            int side,
            int c,
            int k,
            int turned,
            int hasResidual) {
        // Rows of zeros on both sides, for a row of x may meet taps of one row of sums only. 33, not 32, for the banks.
        float[] taps = context.allocateFloatLocalArray((k + 2) * k * 33);
        int item = context.localIdx;
        int first = context.groupIdx % blocks * 32;
        int tile = context.groupIdx / blocks * 4 + item / 32;
        int lane = item % 32;
        int area = k * k;
        for (int i = item; i < k * 33; i += 128) {
            taps[i] = 0f;
            taps[(k + 1) * k * 33 + i] = 0f;
        }
        for (int i = item; i < 32 * area; i += 128) {
            int channel = Math.min(c - 1, first + i / area);
            int p = i % area;
            int from = p + turned * (area - 1 - 2 * p);
            taps[(k + p) * 33 + i / area] = w.get(at.get(t + 3) + channel * area + from);
        }
        context.localBarrier();
        int channel = first + lane;
        if (channel < c && tile < tiles) {
            int half = k / 2;
            int column = tile % across * 8;
            int row = tile / across % down * 2;
            int image = tile / across / down * side * side * c + channel;
            float[] sums = new float[16];
            float[] window = new float[8];
            float start = 0f;
            if (turned == 0) {
                start = bias.get(at.get(t + 4) + channel);
            }
            for (int r = 0; r < 8; r++) {
                sums[r] = start;
                sums[8 + r] = start;
            }
            int last = Math.min(side, row + 2 + half);
            for (int i = Math.max(0, row - half); i < last; i++) {
                int from = at.get(t + 2) + image + i * side * c;
                int upper = (i - row + half + 1) * k * 33 + lane;
                int lower = upper - k * 33;
                for (int r = 0; r < 7; r++) {
                    window[r + 1] = pixel(x, from, column - half + r, side, c);
                }
                for (int v = 0; v < k; v++) {
                    for (int r = 0; r < 7; r++) {
                        window[r] = window[r + 1];
                    }
                    window[7] = pixel(x, from, column - half + 7 + v, side, c);
                    float tapAbove = taps[upper + v * 33];
                    float tapBelow = taps[lower + v * 33];
                    for (int r = 0; r < 8; r++) {
                        sums[r] += tapAbove * window[r];
                        sums[8 + r] += tapBelow * window[r];
                    }
                }
            }
            int residual0 = at.get(t) + image;
            int y0 = at.get(t + 1) + image;
            for (int r = 0; r < 8; r++) {
                for (int q = 0; q < 2; q++) {
                    if (row + q < side && column + r < side) {
                        int to = ((row + q) * side + column + r) * c;
                        float sum = sums[q * 8 + r];
                        if (hasResidual == 1) {
                            sum += residual.get(residual0 + to);
                        }
                        y.set(y0 + to, sum);
                    }
                }
            }
        }
    }

    /**
     * partial [parts, c, k²] and partialBias [parts, c]: sums over a part of the rows of all images. A work-item has 8 taps of two
     * rows of taps, four rows apart; where there are more taps, the part is gone through again.
     */
    public static void kWeightParts(
            KernelContext context,
            FloatArray partial,
            FloatArray partialBias,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int side,
            int c,
            int k,
            int rowsPerPart) {
        float[] taps = context.allocateFloatLocalArray(32 * k * k);
        int item = context.localIdx;
        int first = context.groupIdx % blocks * 32;
        int part = context.groupIdx / blocks;
        int lane = item % 32;
        // Channels past the end repeat the last one and are not stored.
        int channel = Math.min(c - 1, first + lane);
        int area = k * k;
        int half = k / 2;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        float[] sums = new float[16];
        float[] near = new float[15];
        float[] far = new float[15];
        float[] up = new float[8];
        for (int u = item / 32; u < k; u += 8) {
            for (int v = 0; v < k; v += 8) {
                float bias = 0f;
                for (int r = 0; r < 8; r++) {
                    sums[r] = 0f;
                    sums[8 + r] = 0f;
                }
                for (int row = part * rowsPerPart; row < last; row++) {
                    int from = at.get(t + 2) + row * side * c + channel;
                    int nearRow = row % side + u - half;
                    int farRow = nearRow + 4;
                    int near0 = at.get(t + 3) + (row + u - half) * side * c + channel;
                    int far0 = near0 + 4 * side * c;
                    // A row beside the image has no pixels.
                    int nearSide = 0;
                    if (nearRow >= 0 && nearRow < side) {
                        nearSide = side;
                    }
                    int farSide = 0;
                    if (farRow >= 0 && farRow < side) {
                        farSide = side;
                    }
                    for (int r = 0; r < 7; r++) {
                        near[8 + r] = pixel(x, near0, v - half + r, nearSide, c);
                        far[8 + r] = pixel(x, far0, v - half + r, farSide, c);
                    }
                    for (int column = 0; column < side; column += 8) {
                        for (int r = 0; r < 7; r++) {
                            near[r] = near[8 + r];
                            far[r] = far[8 + r];
                        }
                        for (int r = 0; r < 8; r++) {
                            near[7 + r] = pixel(x, near0, column + v - half + 7 + r, nearSide, c);
                            far[7 + r] = pixel(x, far0, column + v - half + 7 + r, farSide, c);
                            up[r] = pixel(dY, from, column + r, side, c);
                        }
                        for (int j = 0; j < 8; j++) {
                            bias += up[j];
                            for (int r = 0; r < 8; r++) {
                                sums[r] += up[j] * near[j + r];
                                sums[8 + r] += up[j] * far[j + r];
                            }
                        }
                    }
                }
                for (int r = 0; r < 8; r++) {
                    for (int q = 0; q < 2; q++) {
                        if (u + q * 4 < k && v + r < k) {
                            taps[lane * area + (u + q * 4) * k + v + r] = sums[q * 8 + r];
                        }
                    }
                }
                if (u == 0 && v == 0 && first + lane < c) {
                    partialBias.set(at.get(t + 1) + part * c + channel, bias);
                }
            }
        }
        context.localBarrier();
        int to = at.get(t) + (part * c + first) * area;
        int n = Math.min(32, c - first) * area;
        for (int i = item; i < n; i += 128) {
            partial.set(to + i, taps[i]);
        }
    }
}
