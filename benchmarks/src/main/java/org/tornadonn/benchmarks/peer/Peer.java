package org.tornadonn.benchmarks.peer;

import org.tornadonn.benchmarks.measure.Timing;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/** A library that does the work of a {@link Duel}; those that jars bring are found through {@code META-INF/services}. */
public interface Peer extends AutoCloseable {
    /** Name and version. */
    String name();

    /** Whether it can do its work where ours is done on {@code device}: a library for the CPU, wherever that is no GPU. */
    default boolean runsOn(TornadoDevice device) {
        return device.getDeviceType() != TornadoDeviceType.GPU;
    }

    boolean takes(Duel duel);

    /** Loads, allocates and does all that is not part of one execution. */
    Prepared prepare(Duel duel);

    @Override
    default void close() {}

    /** Work that can be executed again and again. */
    interface Prepared extends AutoCloseable {
        /** Executes once and returns when it is done. */
        void run();

        /** Executes so many times in a row, and returns when all is done. */
        default Timing time(int repeats) {
            return Timing.wall(repeats, this::run);
        }

        /**
         * The last execution's result: forward's output, for forward+backward the gradient of the first input, for training the
         * loss.
         */
        float[] result();

        @Override
        void close();
    }
}
