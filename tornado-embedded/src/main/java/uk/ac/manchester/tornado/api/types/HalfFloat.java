package uk.ac.manchester.tornado.api.types;

/**
 * A number of 16 bits, IEEE 754 binary16: 11 bits of precision, up to 65504. In kernels what it does is computed in float and rounded to
 * the nearest half, ties to even.
 */
public class HalfFloat {
    private final short bits;

    /** The nearest half. */
    public HalfFloat(float value) {
        bits = Float.floatToFloat16(value);
    }

    /** The half of these bits; not in kernels. */
    public HalfFloat(short bits) {
        this.bits = bits;
    }

    public static HalfFloat add(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() + b.getFloat32());
    }

    public static HalfFloat sub(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() - b.getFloat32());
    }

    public static HalfFloat mult(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() * b.getFloat32());
    }

    public static HalfFloat div(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() / b.getFloat32());
    }

    /** Its bits; not in kernels. */
    public short getHalfFloatValue() {
        return bits;
    }

    public float getFloat32() {
        return Float.float16ToFloat(bits);
    }

    @Override
    public String toString() {
        return Float.toString(getFloat32());
    }
}
