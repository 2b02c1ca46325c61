package org.tornadonn.kernels;

/** How rows are dealt out to work-items. */
final class Rows {
    /** Elements that one work-item should have to do: enough to hide the cost of starting it. */
    private static final int ELEMENTS = 8192;

    /** Parts of a sum over rows: fixed, so that the result does not depend on the device. */
    static final int PARTS = 64;

    private Rows() {}

    /** Rows per work-item of a row-wise kernel. */
    static int perItem(int rows, int columns) {
        return Math.max(1, Math.min(rows, ELEMENTS / Math.max(1, columns)));
    }

    static int divideUp(int a, int b) {
        return (a + b - 1) / b;
    }
}
