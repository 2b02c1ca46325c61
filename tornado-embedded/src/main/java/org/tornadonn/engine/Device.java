package org.tornadonn.engine;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.tornadonn.engine.ir.Kernel;

/** A device that compiles lowered kernels and runs them in order. Calls come from one thread at a time. */
public interface Device {
    DeviceInfo info();

    /**
     * Allocates device memory.
     *
     * @throws uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException with the needed and the available bytes
     */
    Buffer allocate(long bytes);

    /** Compiles a kernel that has been through the pipeline of passes. */
    Executable compile(Kernel kernel);

    /**
     * Takes a kernel from a program binary that was compiled before.
     *
     * @throws uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException where the device does not take the binary
     */
    Executable load(Kernel kernel, Path binary);

    /** Waits for everything launched so far. */
    void finish();

    /** Device memory. */
    interface Buffer extends AutoCloseable {
        long bytes();

        /** Copies from host memory to {@code offset} (bytes) of this buffer; the source may be reused on return. */
        void write(long offset, MemorySegment source);

        /** Does what {@link #write} to its beginning does with a source of zeros only, which need not be read. */
        void writeZeros(MemorySegment source);

        /** Copies from {@code offset} (bytes) of this buffer to host memory, after everything launched so far. */
        void read(long offset, MemorySegment target);

        @Override
        void close();
    }

    /** A kernel compiled for one device. */
    interface Executable extends AutoCloseable {
        /** The OpenCL C or CUDA C, or the IR as text. */
        String source();

        /**
         * Launches over {@code global} work-items in groups of {@code local} (each of length 3), after all earlier launches.
         * Arguments follow the kernel's parameters: a {@link Buffer} followed by its Integer length for an array, a boxed
         * value for a scalar, nothing for a context.
         *
         * @param local group size dividing {@code global}, or null for the device's choice
         * @return nanoseconds the kernel took where {@code timed}, else 0
         */
        long launch(long[] global, long[] local, Object[] arguments, boolean timed);

        @Override
        void close();
    }
}
