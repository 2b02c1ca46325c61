package org.tornadonn.benchmarks.peer;

/** A library that does the work of a {@link Duel} on the CPU; found through {@code META-INF/services}. */
public interface Peer {
    /** Name and version. */
    String name();

    boolean takes(Duel duel);

    /** Loads, allocates and does all that is not part of one execution. */
    Prepared prepare(Duel duel);

    /** Work that can be executed again and again. */
    interface Prepared extends AutoCloseable {
        /** Executes once and returns when it is done. */
        void run();

        /**
         * The last execution's result: forward's output, for forward+backward the gradient of the first input, for training the
         * loss.
         */
        float[] result();

        @Override
        void close();
    }
}
