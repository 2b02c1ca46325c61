package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The global norm of a gradient and the factor that clips it, as PyTorch's clip_grad_norm_ has them: norm = √Σ g², factor = min(1,
 * clip / (norm + 1e-6)), or 1 where clip is 0. Sums in two stages.
 */
public final class GradientNormKernel {
    private static final int BLOCK = 16384;

    private GradientNormKernel() {}

    public static void kSquares(
            FloatArray partial, FloatArray grads, IntArray at, int t, int blocks, int n, int perBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int g0 = at.get(t);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            float[] sums = new float[16];
            for (int l = 0; l < 16; l++) {
                sums[l] = 0f;
            }
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    sums[l] += grads.get(g0 + i + l) * grads.get(g0 + i + l);
                }
            }
            float sum = Lanes.sum(sums);
            for (int i = whole; i < last; i++) {
                sum += grads.get(g0 + i) * grads.get(g0 + i);
            }
            partial.set(block, sum);
        }
    }

    public static void kNorm(FloatArray norm, FloatArray partial, int one, int blocks, float clip) {
        for (@Parallel int i = 0; i < one; i++) {
            float sum = 0f;
            for (int block = 0; block < blocks; block++) {
                sum += partial.get(block);
            }
            float value = TornadoMath.sqrt(sum);
            float factor = 1f;
            if (clip > 0f) {
                factor = Math.min(1f, clip / (value + 1e-6f));
            }
            norm.set(2 * i, value);
            norm.set(2 * i + 1, factor);
        }
    }

    /** norm [2] = {norm, factor} of grads [n]. */
    public static void norm(Stage s, String id, FloatArray norm, Slice grads, int n, float clip) {
        // In groups a block has more work-items.
        int perBlock = s.shape() == Shape.GROUPS ? BLOCK / 4 : BLOCK;
        int blocks = Rows.divideUp(n, perBlock);
        FloatArray partial = new FloatArray(blocks);
        int t = s.place(grads);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id + "Squares", Groups.grid(blocks));
            s.grid(id, Groups.grid(1));
            s.graph()
                    .task(
                            id + "Squares",
                            GradientNormGroups::kSquares,
                            new KernelContext(),
                            partial,
                            grads.array(),
                            s.table(),
                            t,
                            n,
                            perBlock)
                    .task(id, GradientNormGroups::kNorm, new KernelContext(), norm, partial, blocks, clip);
            return;
        }
        s.graph()
                .task(
                        id + "Squares",
                        GradientNormKernel::kSquares,
                        partial,
                        grads.array(),
                        s.table(),
                        t,
                        blocks,
                        n,
                        perBlock)
                .task(id, GradientNormKernel::kNorm, norm, partial, 1, blocks, clip);
    }
}
