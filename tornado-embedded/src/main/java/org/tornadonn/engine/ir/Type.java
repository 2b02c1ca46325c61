package org.tornadonn.engine.ir;

/** The type of a value: a scalar kind and a number of lanes (1, or 2, 4, 8, 16 for vectors). */
public record Type(Scalar scalar, int lanes) {
    public static final Type BOOL = new Type(Scalar.BOOL, 1);
    public static final Type I32 = new Type(Scalar.I32, 1);
    public static final Type I64 = new Type(Scalar.I64, 1);
    public static final Type F32 = new Type(Scalar.F32, 1);
    public static final Type F64 = new Type(Scalar.F64, 1);

    /** The same kind with another number of lanes. */
    public Type withLanes(int count) {
        return new Type(scalar, count);
    }

    public boolean isVector() {
        return lanes > 1;
    }

    @Override
    public String toString() {
        return scalar.name().toLowerCase() + (lanes > 1 ? "x" + lanes : "");
    }
}
