package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Small kernels that some engine is known to compile wrongly or to refuse; none is used outside {@link QuirkTest}. */
final class QuirkKernels {
    private static final float[] TABLE = {1f, 2f, 3f};

    private QuirkKernels() {}

    /** The upper half of a hash of 32 bits, or not. */
    public static void kIntOverflow(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            int n = i ^ k.get(0);
            int a = (n ^ ((n >> 16) & 0xffff)) * 0x7feb352d;
            int b = (a ^ ((a >> 15) & 0x1ffff)) * 0x846ca68b;
            int h = b ^ ((b >> 16) & 0xffff);
            float random = (float) ((h >> 8) & 0xffffff);
            y.set(i, random < 8388608f ? 0f : 1f);
        }
    }

    static void kUnsignedShift(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, (-k.get(i) - 1) >>> 15);
        }
    }

    static void kLoopInEachBranch(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            float sum = 0f;
            if (k.get(i) > 4) {
                for (int j = 0; j < k.get(i); j++) {
                    sum += x.get(j);
                }
            } else {
                for (int j = k.get(i); j < 9; j++) {
                    sum += 2f * x.get(j);
                }
            }
            y.set(i, sum);
        }
    }

    static void kPrivateZero(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            float[] sums = new float[9];
            sums[k.get(i)] += x.get(i);
            float total = 0f;
            for (int j = 0; j < 9; j++) {
                total += sums[j];
            }
            y.set(i, total);
        }
    }

    static void kFma(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, Math.fma(x.get(i), 3f, 1f));
        }
    }

    static void kFloor(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, (float) Math.floor(x.get(i)));
        }
    }

    static void kRound(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, Math.round(x.get(i)));
        }
    }

    static void kIntAbs(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, Math.abs(k.get(i) - 4));
        }
    }

    static void kBits(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, Float.floatToRawIntBits(x.get(i)) >> 20);
        }
    }

    static void kSaturation(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, (int) (x.get(i) * 1e20f));
        }
    }

    static void kConstantTable(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, TABLE[k.get(i) / 3]);
        }
    }

    /** Named like a function of OpenCL C. */
    static void tanh(FloatArray y, FloatArray x, IntArray k) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, 2f * x.get(i));
        }
    }

    static void kFlag(FloatArray y, boolean flag) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, flag ? 1f : 2f);
        }
    }

    static void kFirstHalf(FloatArray y) {
        for (@Parallel int i = 0; i < y.getSize() / 2; i++) {
            y.set(i, 1f);
        }
    }

    static void kAdd(FloatArray y, float a) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, y.get(i) + a);
        }
    }

    static void kFill(FloatArray y, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            y.set(i, 1f);
        }
    }

    static void kSum(FloatArray y, FloatArray x, FloatArray z) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, x.get(i) + z.get(i));
        }
    }

    private static float total(KernelContext context, float[] shared) {
        float total = 0f;
        for (int j = 0; j < 32; j++) {
            total += shared[j];
        }
        return total;
    }

    static void kLocalToMethod(KernelContext context, FloatArray y) {
        float[] shared = context.allocateFloatLocalArray(32);
        shared[context.localIdx] = context.localIdx;
        context.localBarrier();
        y.set(context.globalIdx, total(context, shared));
    }

    static void kLocalAtomic(KernelContext context, FloatArray y) {
        int[] counts = context.allocateIntLocalArray(32);
        counts[context.localIdx] = 0;
        context.localBarrier();
        context.atomicAdd(counts, context.localIdx / 2, 1);
        context.localBarrier();
        y.set(context.globalIdx, counts[context.localIdx]);
    }

    static void kWorkItem(KernelContext context, FloatArray y) {
        y.set(context.globalIdx, 42f + context.globalIdx);
    }
}
