package org.tornadonn.engine.read;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels that the engine must refuse, one per reason. */
final class Refused {
    static float mutable = 1f;

    private Refused() {}

    static void kBoolean(FloatArray y, boolean flag) {
        y.set(0, flag ? 1f : 0f);
    }

    static void kLibrary(FloatArray y) {
        y.set(0, (float) Math.cbrt(y.get(0)));
    }

    private static int factorial(int n) {
        return n < 2 ? 1 : n * factorial(n - 1);
    }

    static void kRecursion(FloatArray y) {
        y.set(0, factorial(3));
    }

    static void kObject(FloatArray y) {
        y.set(0, "text".length());
    }

    static void kStatic(FloatArray y) {
        y.set(0, mutable);
    }

    static void kSize(FloatArray y, int n) {
        float[] p = new float[n];
        y.set(0, p[0]);
    }

    static void kArrayVariable(FloatArray y, FloatArray x) {
        FloatArray z = y;
        if (x.get(0) > 0f) {
            z = x;
        }
        z.set(0, 1f);
    }

    static void kThrow(FloatArray y) {
        try {
            y.set(0, 1f);
        } catch (IndexOutOfBoundsException e) {
            y.set(1, 1f);
        }
    }

    static void kParallelStep(FloatArray y) {
        for (@Parallel int i = 0; i < y.getSize(); i += 2) {
            y.set(i, 1f);
        }
    }

    static void kMixedNesting(FloatArray y) {
        for (@Parallel int i = 0; i < 3; i++) {
            for (@Parallel int j = 0; j < 3; j++) {
                y.set(3 * i + j, 1f);
            }
        }
        for (@Parallel int i = 9; i < y.getSize(); i++) {
            y.set(i, 1f);
        }
    }

    static void kInstruction(FloatArray y, KernelContext context) {
        y.set(0, new int[2][3].length);
    }

    static void kLostBound(FloatArray y, IntArray n) {
        for (@Parallel int i = 0; i < n.get(0); i++) {
            y.set(i, 1f);
        }
    }
}
