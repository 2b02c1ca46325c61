package org.tornadonn.benchmarks.measure;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Kernels that do nothing but move data, or nothing but multiply and add: what they reach is what a device can do. */
public final class PeakKernels {
    private PeakKernels() {}

    /** y [n] = x [n], a value per work-item: for GPUs. */
    public static void kCopy(FloatArray y, FloatArray x, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            y.set(i, x.get(i));
        }
    }

    /** Work-items of a group of {@link #kCopyGroups}, and how far the four elements of one are apart. */
    static final int GROUP = 256;

    /** y [n] = x [n], four values per work-item whose neighbours have those beside them: for GPUs; n is a multiple of 4 {@link #GROUP}. */
    public static void kCopyGroups(KernelContext context, FloatArray y, FloatArray x) {
        int i = context.groupIdx * 4 * GROUP + context.localIdx;
        float a = x.get(i);
        float b = x.get(i + GROUP);
        float c = x.get(i + 2 * GROUP);
        float d = x.get(i + 3 * GROUP);
        y.set(i, a);
        y.set(i + GROUP, b);
        y.set(i + 2 * GROUP, c);
        y.set(i + 3 * GROUP, d);
    }

    /** y [16 n] = x [16 n], blocks of vectors per work-item: for CPUs. */
    public static void kCopyBlocks(FloatArray y, FloatArray x, int blocks, int n, int perBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int last = Math.min(n, (block + 1) * perBlock);
            for (int i = block * perBlock; i < last; i++) {
                for (int l = 0; l < 16; l++) {
                    y.set(16 * i + l, x.get(16 * i + l));
                }
            }
        }
    }

    /** y [items] = Σ of 128 chains of v = v a + b, each {@code steps} long, from the start values in x [128]: 256 operations a step. */
    public static void kMultiplyAdd(FloatArray y, FloatArray x, FloatArray factors, int items, int steps) {
        for (@Parallel int item = 0; item < items; item++) {
            float a = factors.get(0);
            float b = factors.get(1);
            float[] v = new float[128];
            for (int r = 0; r < 8; r++) {
                for (int l = 0; l < 16; l++) {
                    v[r * 16 + l] = x.get(r * 16 + l);
                }
            }
            for (int step = 0; step < steps; step++) {
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        v[r * 16 + l] = v[r * 16 + l] * a + b;
                    }
                }
            }
            // A second array, because the chains stay in registers only while their indices are constants.
            float[] end = new float[128];
            for (int r = 0; r < 8; r++) {
                for (int l = 0; l < 16; l++) {
                    end[r * 16 + l] = v[r * 16 + l];
                }
            }
            float sum = 0f;
            for (int i = 0; i < 128; i++) {
                sum += end[i];
            }
            y.set(item, sum);
        }
    }
}
