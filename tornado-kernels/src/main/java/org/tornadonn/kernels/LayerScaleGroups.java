package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link LayerScaleKernel} in {@link Shape#GROUPS}: a group has 32 columns of some rows, in backward of those of a part; 32 work-items have a row. */
public final class LayerScaleGroups {
    private LayerScaleGroups() {}

    public static void kForward(
            KernelContext context,
            FloatArray x,
            FloatArray y,
            FloatArray branch,
            FloatArray gamma,
            IntArray at,
            int t,
            int rows,
            int c) {
        int x0 = at.get(t);
        int y0 = at.get(t + 1);
        int branch0 = at.get(t + 2);
        int item = context.localIdx;
        int chunks = (c + 31) / 32;
        int block = context.groupIdx / chunks;
        int column = context.groupIdx % chunks * 32 + item % 32;
        int last = Math.min(rows, (block + 1) * Groups.ROWS);
        if (column < c) {
            float scale = gamma.get(at.get(t + 3) + column);
            for (int row = block * Groups.ROWS + item / 32; row < last; row += 4) {
                int i = row * c + column;
                y.set(y0 + i, x.get(x0 + i) + scale * branch.get(branch0 + i));
            }
        }
    }

    public static void kBackward(
            KernelContext context,
            FloatArray dBranch,
            FloatArray partialGamma,
            FloatArray dY,
            FloatArray branch,
            FloatArray gamma,
            IntArray at,
            int t,
            int rows,
            int c,
            int rowsPerPart) {
        float[] gammas = context.allocateFloatLocalArray(128);
        int dBranch0 = at.get(t);
        int dY0 = at.get(t + 2);
        int branch0 = at.get(t + 3);
        int item = context.localIdx;
        int chunks = (c + 31) / 32;
        int part = context.groupIdx / chunks;
        int column = context.groupIdx % chunks * 32 + item % 32;
        int last = Math.min(rows, (part + 1) * rowsPerPart);
        float dGamma = 0f;
        if (column < c) {
            float scale = gamma.get(at.get(t + 4) + column);
            for (int row = part * rowsPerPart + item / 32; row < last; row += 4) {
                int i = row * c + column;
                float up = dY.get(dY0 + i);
                dGamma += up * branch.get(branch0 + i);
                dBranch.set(dBranch0 + i, scale * up);
            }
        }
        gammas[item] = dGamma;
        for (int half = 64; half >= 32; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                gammas[item] += gammas[item + half];
            }
        }
        if (item < 32 && column < c) {
            partialGamma.set(at.get(t + 1) + part * c + column, gammas[item]);
        }
    }
}
