package org.tornadonn.kernels;

import java.util.List;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Uses arrays without changing them. TornadoVM gives a buffer to an array when a task uses it, so a graph that only hands an array
 * on to the next one must have such a task.
 */
final class KeepKernel {
    private static final int ARRAYS = 8;

    private KeepKernel() {}

    public static void kKeep(
            FloatArray a,
            FloatArray b,
            FloatArray c,
            FloatArray d,
            FloatArray e,
            FloatArray f,
            FloatArray g,
            FloatArray h,
            int one) {
        for (@Parallel int i = 0; i < one; i++) {
            a.set(i, a.get(i));
            b.set(i, b.get(i));
            c.set(i, c.get(i));
            d.set(i, d.get(i));
            e.set(i, e.get(i));
            f.set(i, f.get(i));
            g.set(i, g.get(i));
            h.set(i, h.get(i));
        }
    }

    static void keep(Stage s, List<FloatArray> arrays) {
        for (int first = 0; first < arrays.size(); first += ARRAYS) {
            FloatArray[] a = new FloatArray[ARRAYS];
            for (int i = 0; i < ARRAYS; i++) {
                // Never an array twice: TornadoVM may hang on it.
                a[i] = first + i < arrays.size() ? arrays.get(first + i) : new FloatArray(1);
            }
            s.graph().task("keep" + first, KeepKernel::kKeep, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], 1);
        }
    }
}
