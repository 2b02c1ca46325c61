package org.tornadonn.engine.ir;

/** Where array elements live. Indices count elements and are I32. */
public sealed interface Storage {
    String name();

    Scalar element();

    /** An array argument in global memory; {@code index} is its position among the method's parameters. */
    record Global(int index, String name, Scalar element) implements Storage {}

    /** A work-group array; {@code length} uses constants and scalar arguments only, and is a constant after specialisation. */
    record Local(int id, String name, Scalar element, Expr length) implements Storage {}

    /** A work-item's own array, zero-filled by {@link Stmt.Clear} where Java allocates it. */
    record Private(int id, String name, Scalar element, int length) implements Storage {}
}
