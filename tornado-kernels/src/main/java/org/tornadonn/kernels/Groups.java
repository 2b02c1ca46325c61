package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/** Work-groups of {@link Shape#GROUPS}. */
final class Groups {
    /** Work-items of a group. */
    static final int SIZE = 128;

    /** Parts of a sum over rows, a group each: enough for all cores of a large GPU. */
    static final int PARTS = 512;

    /** Elements of a group that goes through a tensor; a work-item takes every {@link #SIZE}th of them. */
    static final int ELEMENTS = 512;

    /** Columns of a group that has the same columns of many rows, four rows at a time. */
    static final int COLUMNS = 32;

    /** Rows of such a group where nothing is summed over rows. */
    static final int ROWS = 32;

    private Groups() {}

    static WorkerGrid grid(int groups) {
        WorkerGrid grid = new WorkerGrid1D(Math.multiplyExact(groups, SIZE));
        grid.setLocalWork(SIZE, 1, 1);
        return grid;
    }

    /**
     * Work-items that share a row of c elements: a power of two, and a group has as many rows as fit. Up to 8 elements each, so that
     * kernels can keep them in registers, and no more, for then the rows of a core's groups fall out of its first cache.
     */
    static int itemsPerRow(int c) {
        int items = 16;
        while (items < SIZE && 8 * items < c) {
            items = 2 * items;
        }
        return items;
    }

    /** For kernels in which a group has {@link #ELEMENTS} of n elements. */
    static WorkerGrid elements(int n) {
        return grid(Math.max(1, Rows.divideUp(n, ELEMENTS)));
    }

    /** For kernels in which {@link #itemsPerRow} work-items share a row. */
    static WorkerGrid rows(int rows, int c) {
        return grid(Rows.divideUp(rows, SIZE / itemsPerRow(c)));
    }

    /** For kernels in which a group has {@link #COLUMNS} of c columns of the rows of a part. */
    static WorkerGrid columns(int parts, int c) {
        return grid(Math.multiplyExact(parts, Rows.divideUp(c, COLUMNS)));
    }
}
