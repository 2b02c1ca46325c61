package org.tornadonn.engine.ir;

/** The kinds of one lane of a value, or of one element of an array. I8 and I16 occur in arrays only; BOOL in values only. */
public enum Scalar {
    BOOL(1),
    I8(1),
    I16(2),
    I32(4),
    I64(8),
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

    /** Whether this is a floating-point kind. */
    public boolean isFloat() {
        return this == F32 || this == F64;
    }
}
