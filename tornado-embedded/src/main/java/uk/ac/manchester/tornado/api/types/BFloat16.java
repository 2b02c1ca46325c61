package uk.ac.manchester.tornado.api.types;

/**
 * bfloat16 in a short: the upper half of a float, so 8 bits of precision and a float's range. Kernels may use these methods on what a
 * BFloat16Array holds.
 */
public final class BFloat16 {
    private BFloat16() {}

    /** The float that these bits are the upper half of. */
    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bits of the nearest bfloat16, ties to even, as GPUs round; TornadoVM's own method, run as Java, rounds ties away from zero. */
    public static short bf16FromFloat(float value) {
        if (Float.isNaN(value)) {
            return 0x7FC0;
        }
        int bits = Float.floatToRawIntBits(value);
        return (short) (bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }
}
