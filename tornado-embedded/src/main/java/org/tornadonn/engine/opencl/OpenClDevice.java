package org.tornadonn.engine.opencl;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.DeviceInfo;
import org.tornadonn.engine.emit.KernelWriter;
import org.tornadonn.engine.ir.Kernel;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** A device of an OpenCL platform, with one in-order queue. */
public final class OpenClDevice implements Device {
    /** No fast-math flags: NaN must stay visible. -w: warnings about generated code say nothing to users. */
    private static final String OPTIONS = "-cl-std=CL1.2 -w";

    private final Map<Path, Long> loaded = new HashMap<>();
    private final OpenCl cl;
    private final long device;
    private final DeviceInfo info;
    private final long context;
    private final long queue;
    private long allocated;

    private OpenClDevice(OpenCl cl, long platform, long device) {
        this.cl = cl;
        this.device = device;
        long type = cl.deviceLong(device, 0x1000);
        info = new DeviceInfo(
                cl.deviceString(device, 0x102B),
                cl.platformString(platform, 0x0902),
                cl.deviceString(device, 0x102D),
                (type & OpenCl.DEVICE_TYPE_CPU) != 0,
                (int) cl.deviceLong(device, 0x1002),
                cl.deviceLong(device, 0x101F),
                cl.deviceLong(device, 0x1010),
                cl.deviceLong(device, 0x1023),
                cl.deviceLong(device, 0x1004),
                cl.deviceLong(device, 0x1032) != 0);
        context = cl.context(device);
        queue = cl.profilingQueue(context, device);
    }

    /** Every device of every platform; empty where there is no OpenCL library. */
    public static List<OpenClDevice> all() {
        List<OpenClDevice> devices = new ArrayList<>();
        if (OpenCl.present()) {
            OpenCl cl = new OpenCl();
            for (long platform : cl.platforms()) {
                cl.devices(platform).forEach(d -> devices.add(new OpenClDevice(cl, platform, d)));
            }
        }
        return devices;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public Buffer allocate(long bytes) {
        long available = info.memory() - allocated;
        if (bytes > info.maxAllocation() || bytes > available) {
            throw info.outOfMemory(bytes, available);
        }
        try {
            long handle = cl.buffer(context, Math.max(4, bytes));
            allocated += bytes;
            return new ClBuffer(handle, bytes);
        } catch (OpenCl.Failure e) {
            throw info.outOfMemory(bytes, available);
        }
    }

    @Override
    public Executable compile(Kernel kernel) {
        String source = KernelWriter.openCl(kernel);
        long program;
        try {
            program = cl.program(context, device, source, OPTIONS);
        } catch (TornadoRuntimeException e) {
            throw new TornadoRuntimeException(
                    "The OpenCL driver cannot compile " + kernel.name() + ": " + e.getMessage());
        }
        long handle = cl.kernel(program, kernel.name());
        cl.releaseProgram(program);
        return new ClKernel(handle, source);
    }

    @Override
    public Executable load(Kernel kernel, Path binary) {
        try {
            // One program for all kernels of a binary: an FPGA is configured anew for each program.
            Long program = loaded.get(binary);
            if (program == null) {
                program = cl.program(context, device, Files.readAllBytes(binary));
                loaded.put(binary, program);
            }
            return new ClKernel(cl.kernel(program, kernel.name()), KernelWriter.openCl(kernel));
        } catch (IOException | TornadoRuntimeException e) {
            throw new TornadoRuntimeException("The driver of " + info.name() + " does not take the binary " + binary
                    + " of kernel " + kernel.name() + " ("
                    + e.getMessage().lines().findFirst().orElse("")
                    + "). It was built for another device or driver; build it anew with ./fpga.sh.");
        }
    }

    /** The program binary that the driver makes of a source. */
    byte[] build(String source) {
        long program = cl.program(context, device, source, OPTIONS);
        byte[] binary = cl.binary(program);
        cl.releaseProgram(program);
        return binary;
    }

    @Override
    public void finish() {
        cl.finish(queue);
    }

    private final class ClBuffer implements Buffer {
        private final long handle;
        private final long bytes;
        private boolean closed;

        ClBuffer(long handle, long bytes) {
            this.handle = handle;
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void write(long offset, MemorySegment source) {
            if (source.byteSize() > 0) {
                cl.write(queue, handle, offset, source);
            }
        }

        @Override
        public void writeZeros(MemorySegment source) {
            if (source.byteSize() > 0) {
                cl.fillWithZeros(queue, handle, source.byteSize());
            }
        }

        @Override
        public void read(long offset, MemorySegment target) {
            if (target.byteSize() > 0) {
                cl.read(queue, handle, offset, target);
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                allocated -= bytes;
                cl.release(handle);
            }
        }
    }

    private final class ClKernel implements Executable {
        private final long handle;
        private final String source;
        private final Arena arena = Arena.ofAuto();
        private final MemorySegment value = arena.allocate(8);
        private final MemorySegment globalSize = arena.allocate(JAVA_LONG, 3);
        private final MemorySegment localSize = arena.allocate(JAVA_LONG, 3);
        private final MemorySegment event = arena.allocate(JAVA_LONG);

        ClKernel(long handle, String source) {
            this.handle = handle;
            this.source = source;
        }

        @Override
        public String source() {
            return source;
        }

        @Override
        public long launch(long[] global, long[] local, Object[] arguments, boolean timed) {
            try {
                for (int i = 0; i < arguments.length; i++) {
                    long size = set(arguments[i]);
                    OpenCl.check("clSetKernelArg", (int) cl.setKernelArg.invokeExact(handle, i, size, value));
                }
                MemorySegment.copy(global, 0, globalSize, JAVA_LONG, 0, 3);
                MemorySegment groups = MemorySegment.NULL;
                if (local != null) {
                    MemorySegment.copy(local, 0, localSize, JAVA_LONG, 0, 3);
                    groups = localSize;
                }
                MemorySegment wanted = timed ? event : MemorySegment.NULL;
                OpenCl.check("clEnqueueNDRangeKernel", (int) cl.enqueueKernel.invokeExact(
                        queue, handle, 3, MemorySegment.NULL, globalSize, groups, 0, MemorySegment.NULL, wanted));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            if (!timed) {
                return 0;
            }
            cl.finish(queue);
            return cl.elapsed(event.get(JAVA_LONG, 0));
        }

        private long set(Object argument) {
            switch (argument) {
                case ClBuffer b -> value.set(JAVA_LONG, 0, b.handle);
                case Integer i -> {
                    value.set(JAVA_INT, 0, i);
                    return 4;
                }
                case Float f -> {
                    value.set(JAVA_FLOAT, 0, f);
                    return 4;
                }
                case Long l -> value.set(JAVA_LONG, 0, l);
                case Double d -> value.set(JAVA_DOUBLE, 0, d);
                default -> throw new IllegalArgumentException("argument of " + argument.getClass());
            }
            return 8;
        }

        @Override
        public void close() {
            cl.releaseKernel(handle);
        }
    }
}
