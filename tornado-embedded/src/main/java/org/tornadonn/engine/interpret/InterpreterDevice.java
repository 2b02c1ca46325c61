package org.tornadonn.engine.interpret;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.DeviceInfo;
import org.tornadonn.engine.ir.Kernel;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A device that is always there: it interprets lowered IR and checks it. It finds accesses outside arrays, reads of what nobody
 * wrote, races between work-items and barriers that not all come to; asked to, it counts. It is the definition of the IR, and slow.
 */
public final class InterpreterDevice implements Device {
    private static final long MEMORY = 1L << 30;
    private static final DeviceInfo INFO =
            new DeviceInfo("IR interpreter", "tornado-embedded", "1", true, 1, MEMORY, MEMORY, 1 << 20, 1024, true);
    private long allocated;
    private Counts counts;

    /** What kernels do on this device in the course of {@code work}. */
    public Counts count(Runnable work) {
        Counts all = new Counts();
        counts = all;
        try {
            work.run();
        } finally {
            counts = null;
        }
        return all;
    }

    /** Where launches are to be counted, or null. */
    Counts counts() {
        return counts;
    }

    @Override
    public DeviceInfo info() {
        return INFO;
    }

    @Override
    public Buffer allocate(long bytes) {
        if (bytes > MEMORY - allocated) {
            throw new TornadoOutOfMemoryException(String.format(
                    "The IR interpreter has not enough memory: %,d bytes needed, %,d available. It is for small checks; use a"
                            + " real device.",
                    bytes, MEMORY - allocated));
        }
        allocated += bytes;
        return new HostBuffer(Arena.ofAuto().allocate(Math.max(8, bytes), 8), bytes);
    }

    @Override
    public Executable compile(Kernel kernel) {
        return new InterpretedKernel(kernel, this);
    }

    @Override
    public Executable load(Kernel kernel, Path binary) {
        throw new TornadoRuntimeException("The IR interpreter runs no binaries; leave out --prebuilt.");
    }

    @Override
    public void finish() {}

    final class HostBuffer implements Buffer {
        private final MemorySegment memory;
        private final long bytes;
        private MemorySegment host;
        private boolean closed;

        HostBuffer(MemorySegment memory, long bytes) {
            this.memory = memory;
            this.bytes = bytes;
        }

        MemorySegment memory() {
            return memory;
        }

        /** The host memory that this is the copy of. */
        MemorySegment host() {
            return host;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void write(long offset, MemorySegment source) {
            host = source;
            MemorySegment.copy(source, 0, memory, offset, source.byteSize());
        }

        @Override
        public void writeZeros(MemorySegment source) {
            write(0, source);
        }

        @Override
        public void read(long offset, MemorySegment target) {
            MemorySegment.copy(memory, offset, target, 0, target.byteSize());
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                allocated -= bytes;
            }
        }
    }
}
