package uk.ac.manchester.tornado.api;

/** A grid of some number of dimensions. */
public abstract class AbstractWorkerGrid implements WorkerGrid {
    private final int dimension;
    private long[] global;
    private long[] local;

    AbstractWorkerGrid(int dimension, long x, long y, long z) {
        this.dimension = dimension;
        setGlobalWork(x, y, z);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public long[] getGlobalWork() {
        return global;
    }

    @Override
    public long[] getLocalWork() {
        return local;
    }

    @Override
    public final void setGlobalWork(long x, long y, long z) {
        global = new long[] {x, y, z};
    }

    @Override
    public void setLocalWork(long x, long y, long z) {
        local = new long[] {x, y, z};
    }

    @Override
    public void setLocalWorkToNull() {
        local = null;
    }
}
