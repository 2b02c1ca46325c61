package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link MatMulKernel} in {@link Shape#GROUPS}: a group has a tile of 64 x 64 of a result, or of its sums over a part of k. A work-item
 * has eight neighbouring rows of the tile in four columns that are 16 apart.
 */
public final class MatMulGroups {
    private MatMulGroups() {}

    /** As {@link MatMulKernel#kMultiply}. Where k is in parts, {@code depth} long, each has its sums [m, n] behind those of the one before. */
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
            int depth) {
        // 16 x 64, both with k outermost; rows of 68 keep what is stored with k innermost out of the same bank.
        float[] left = context.allocateFloatLocalArray(1088);
        float[] right = context.allocateFloatLocalArray(1088);
        int item = context.localIdx;
        int columnTiles = (n + 63) / 64;
        int tiles = columnTiles * ((m + 63) / 64);
        int parts = (k + depth - 1) / depth;
        int tile = context.groupIdx % tiles;
        int result = context.groupIdx / tiles;
        int product = result / parts;
        int other0 = at.get(t);
        int c0 = at.get(t + 1) + result * m * n;
        int a0 = at.get(t + 2) + product * m * k;
        int b0 = at.get(t + 3) + product * k * n;
        int bias0 = at.get(t + 4);
        int scale0 = at.get(t + 5);
        int factors0 = at.get(t + 6);
        int gelu0 = at.get(t + 7);
        int firstRow = tile / columnTiles * 64;
        int firstColumn = tile % columnTiles * 64;
        int begin = result % parts * depth;
        int end = Math.min(k, begin + depth);
        int rows = item / 16 * 8;
        int column = item % 16;
        // Eight elements of each operand are an item's to fetch; its neighbours fetch neighbours in memory.
        int aAcross = transposeA == 1 ? item % 64 : item / 16;
        int aDown = transposeA == 1 ? item / 64 : item % 16;
        int aAcrossStep = transposeA == 1 ? 0 : 8;
        int aDownStep = transposeA == 1 ? 2 : 0;
        int aRow = transposeA == 1 ? 1 : k;
        int aColumn = transposeA == 1 ? m : 1;
        int bAcross = transposeB == 1 ? item / 16 : item % 64;
        int bDown = transposeB == 1 ? item % 16 : item / 64;
        int bAcrossStep = transposeB == 1 ? 8 : 0;
        int bDownStep = transposeB == 1 ? 0 : 2;
        int bRow = transposeB == 1 ? 1 : n;
        int bColumn = transposeB == 1 ? k : 1;
        // Most tiles need no look at the edges when their operands are fetched.
        boolean inside = firstRow + 64 <= m && firstColumn + 64 <= n;
        int aStep = aAcrossStep * aRow + aDownStep * aColumn;
        int bStep = bAcrossStep * bColumn + bDownStep * bRow;
        float[] nextLeft = new float[8];
        float[] nextRight = new float[8];
        float[] sums = new float[32];
        for (int l = 0; l < 4; l++) {
            for (int r = 0; r < 8; r++) {
                sums[l * 8 + r] = 0f;
            }
        }
        // The next 16 of k are on their way while these are multiplied; the first trip only fetches.
        for (int first = begin - 16; first < end; first += 16) {
            int next = first + 16;
            if (inside && next + 16 <= end) {
                int aFrom = a0 + (firstRow + aAcross) * aRow + (next + aDown) * aColumn;
                int bFrom = b0 + (next + bDown) * bRow + (firstColumn + bAcross) * bColumn;
                for (int i = 0; i < 8; i++) {
                    nextLeft[i] = a.get(aFrom + i * aStep);
                }
                for (int i = 0; i < 8; i++) {
                    nextRight[i] = b.get(bFrom + i * bStep);
                }
            } else if (next < end) {
                for (int i = 0; i < 8; i++) {
                    // Rows and columns past the end repeat the last one and are not stored.
                    int p = next + aDown + i * aDownStep;
                    int row = Math.min(m - 1, firstRow + aAcross + i * aAcrossStep);
                    float x = a.get(a0 + row * aRow + Math.min(p, end - 1) * aColumn);
                    nextLeft[i] = p < end ? x : 0f;
                }
                for (int i = 0; i < 8; i++) {
                    int p = next + bDown + i * bDownStep;
                    int j = Math.min(n - 1, firstColumn + bAcross + i * bAcrossStep);
                    float x = b.get(b0 + Math.min(p, end - 1) * bRow + j * bColumn);
                    nextRight[i] = p < end ? x : 0f;
                }
            }
            if (first >= begin) {
                for (int p = 0; p < 16; p++) {
                    for (int l = 0; l < 4; l++) {
                        float x = right[p * 68 + l * 16 + column];
                        for (int r = 0; r < 8; r++) {
                            sums[l * 8 + r] += left[p * 68 + rows + r] * x;
                        }
                    }
                }
            }
            context.localBarrier();
            for (int i = 0; i < 8; i++) {
                left[(aDown + i * aDownStep) * 68 + aAcross + i * aAcrossStep] = nextLeft[i];
                right[(bDown + i * bDownStep) * 68 + bAcross + i * bAcrossStep] = nextRight[i];
            }
            context.localBarrier();
        }
        // A second array, because the sums stay in registers only while their indices are constants.
        float[] block = new float[32];
        for (int l = 0; l < 4; l++) {
            for (int r = 0; r < 8; r++) {
                block[l * 8 + r] = sums[l * 8 + r];
            }
        }
        for (int l = 0; l < 4; l++) {
            for (int r = 0; r < 8; r++) {
                int i = firstRow + rows + r;
                int j = firstColumn + l * 16 + column;
                if (i < m && j < n) {
                    int out = i * n + j;
                    float v = block[l * 8 + r];
                    if ((epilogue & Epilogue.BIAS) != 0) {
                        v += bias.get(bias0 + j);
                    }
                    if ((epilogue & Epilogue.GELU) != 0) {
                        gelu.set(gelu0 + out, GeluKernel.value(form, v));
                    }
                    if ((epilogue & Epilogue.GELU_GRADIENT) != 0) {
                        v = GeluKernel.gradient(form, v, other.get(other0 + out));
                    }
                    if ((epilogue & Epilogue.FACTORS) != 0) {
                        v *= factors.get(factors0 + i / rowsPerFactor);
                    }
                    if ((epilogue & Epilogue.SCALE) != 0) {
                        v *= scale.get(scale0 + j);
                    }
                    if ((epilogue & Epilogue.RESIDUAL) != 0) {
                        v += other.get(other0 + out);
                    }
                    c.set(c0 + out, v);
                }
            }
        }
    }
}
