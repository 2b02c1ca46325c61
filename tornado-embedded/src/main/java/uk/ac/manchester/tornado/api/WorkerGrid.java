package uk.ac.manchester.tornado.api;

/** The number of work-items of a launch and of its work-groups, in up to three dimensions. */
public interface WorkerGrid {
    int dimension();

    long[] getGlobalWork();

    /** The group size, or null for the driver's choice. */
    long[] getLocalWork();

    void setGlobalWork(long x, long y, long z);

    void setLocalWork(long x, long y, long z);

    void setLocalWorkToNull();
}
