package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** How a tensor's elements are kept in memory. Arithmetic is in float whatever it is. */
public enum DType {
    FLOAT32(4, 24),
    /** IEEE 754 binary16: to 65504, and 6e-8 at least. */
    FLOAT16(2, 11),
    /** The upper half of a float. */
    BFLOAT16(2, 8);

    private final int bytes;
    private final double roundoff;

    DType(int bytes, int precision) {
        this.bytes = bytes;
        roundoff = Math.scalb(1, -precision);
    }

    /** Of an element. */
    public int bytes() {
        return bytes;
    }

    /** By how much of itself a number may differ from the nearest one of this type. */
    public double roundoff() {
        return roundoff;
    }

    /** An array of zeros. */
    public TornadoNativeArray array(int size) {
        return switch (this) {
            case FLOAT32 -> new FloatArray(size);
            case FLOAT16 -> new HalfFloatArray(size);
            case BFLOAT16 -> new BFloat16Array(size);
        };
    }

    /** @throws IllegalArgumentException for an array that no tensor stands in */
    public static DType of(TornadoNativeArray array) {
        return switch (array) {
            case FloatArray _ -> FLOAT32;
            case HalfFloatArray _ -> FLOAT16;
            case BFloat16Array _ -> BFLOAT16;
            default ->
                throw new IllegalArgumentException(
                        "a tensor in a " + array.getClass().getSimpleName());
        };
    }

    /** An element, on the host. */
    public static float get(TornadoNativeArray array, int index) {
        return switch (array) {
            case HalfFloatArray halves -> halves.get(index).getFloat32();
            case BFloat16Array bfloats -> BFloat16.bf16ToFloat(bfloats.get(index));
            default -> ((FloatArray) array).get(index);
        };
    }

    /** Stores the nearest number of the array's type, on the host. */
    public static void set(TornadoNativeArray array, int index, float value) {
        switch (array) {
            case HalfFloatArray halves -> halves.set(index, new HalfFloat(value));
            case BFloat16Array bfloats -> bfloats.set(index, BFloat16.bf16FromFloat(value));
            default -> ((FloatArray) array).set(index, value);
        }
    }
}
