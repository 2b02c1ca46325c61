package uk.ac.manchester.tornado.api.enums;

/** When an array moves between host and device. */
public final class DataTransferMode {
    /** Once, when its graph is first executed. */
    public static final int FIRST_EXECUTION = 0;

    /** At each execution. */
    public static final int EVERY_EXECUTION = 1;

    /** When the execution's result is asked for it. */
    public static final int UNDER_DEMAND = 2;

    private DataTransferMode() {}
}
