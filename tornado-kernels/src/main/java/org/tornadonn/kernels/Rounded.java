package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;

/**
 * Stores a float in 16 bits. Methods of their own, for TornadoVM does not compile {@code a.set(i, new HalfFloat(v))} where v is more than a
 * variable.
 */
final class Rounded {
    private Rounded() {}

    static void set(HalfFloatArray a, int i, float v) {
        a.set(i, new HalfFloat(v));
    }

    static void set(BFloat16Array a, int i, float v) {
        a.set(i, BFloat16.bf16FromFloat(v));
    }
}
