package org.tornadonn.engine.ir;

/** Statements, in order, without control flow. */
public sealed interface Stmt {
    record Assign(Var var, Expr value) implements Stmt {}

    /** Stores one element, or as many consecutive ones as the value has lanes; rounded, as {@link Expr.Cast} does, where they are F16 or BF16. */
    record Store(Storage array, Expr index, Expr value) implements Stmt {}

    /** Fills a private array with zeros. */
    record Clear(Storage.Private array) implements Stmt {}

    /** A barrier of the work-group; {@code global}: fences global memory too. */
    record Barrier(boolean global) implements Stmt {}

    /** Adds atomically to one I32 or I64 element. */
    record AtomicAdd(Storage array, Expr index, Expr value) implements Stmt {}
}
