package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/** Work-groups of {@link Shape#GROUPS}. */
final class Groups {
    /** Work-items of a group. */
    static final int SIZE = 128;

    /** Parts of a sum over rows, a group each: enough for all cores of a large GPU. */
    static final int PARTS = 512;

    private Groups() {}

    static WorkerGrid grid(int groups) {
        WorkerGrid grid = new WorkerGrid1D(Math.multiplyExact(groups, SIZE));
        grid.setLocalWork(SIZE, 1, 1);
        return grid;
    }
}
