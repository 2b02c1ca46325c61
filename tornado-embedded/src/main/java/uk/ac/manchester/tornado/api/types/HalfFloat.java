package uk.ac.manchester.tornado.api.types;

/** A number of 16 bits, IEEE 754 binary16. On the host only: the embedded engine refuses kernels that use it. */
public class HalfFloat {
    private final short bits;

    /** The nearest half. */
    public HalfFloat(float value) {
        bits = Float.floatToFloat16(value);
    }

    /** The half of these bits. */
    public HalfFloat(short bits) {
        this.bits = bits;
    }

    public static HalfFloat mult(HalfFloat a, HalfFloat b) {
        return new HalfFloat(a.getFloat32() * b.getFloat32());
    }

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
