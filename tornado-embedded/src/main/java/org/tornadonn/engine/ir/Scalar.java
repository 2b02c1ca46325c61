package org.tornadonn.engine.ir;

/**
 * The kinds of one lane of a value, or of one element of an array. I8, I16, F16 (IEEE 754 binary16) and BF16 (bfloat16: the upper half of
 * an F32) occur in arrays only; BOOL in values only.
 */
public enum Scalar {
    BOOL(1),
    I8(1),
    I16(2),
    I32(4),
    I64(8),
    F16(2),
    BF16(2),
    F32(4),
    F64(8);

    private final int bytes;

    Scalar(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in an array, in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The kind that a value has on its way from or to an array of this kind. */
    public Scalar value() {
        return switch (this) {
            case I8, I16 -> I32;
            case F16, BF16 -> F32;
            case BOOL, I32, I64, F32, F64 -> this;
        };
    }

    /** Whether values of another kind are rounded to this one in memory. */
    public boolean isShortFloat() {
        return this == F16 || this == BF16;
    }

    /** Whether this is a floating-point kind of a value. */
    public boolean isFloat() {
        return this == F32 || this == F64;
    }
}
