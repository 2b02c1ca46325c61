package org.tornadonn.engine.ir;

/** A parameter of the kernel method, in order. */
public sealed interface Param {
    int index();

    String name();

    /** A scalar, read by {@link Expr.Argument}. */
    record Value(int index, String name, Type type) implements Param {}

    /** An array in global memory. */
    record Array(Storage.Global storage) implements Param {
        @Override
        public int index() {
            return storage.index();
        }

        @Override
        public String name() {
            return storage.name();
        }
    }

    /** A KernelContext, which has no value on the device. */
    record Context(int index, String name) implements Param {}
}
