package org.tornadonn.engine.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.DeviceInfo;
import org.tornadonn.engine.emit.KernelWriter;
import org.tornadonn.engine.ir.Kernel;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** A GPU of the CUDA driver, with its default stream. Kernels become PTX by NVRTC, which the driver assembles. */
public final class CudaDevice implements Device {
    /** Work-items of a group whose size is the device's choice: as many as the third dimension may have. */
    private static final long GROUP = 64;

    private final CudaDriver driver;
    private final Nvrtc nvrtc;
    private final int device;
    private final DeviceInfo info;
    private final String architecture;
    private long context;
    private long start;
    private long end;

    private CudaDevice(CudaDriver driver, Nvrtc nvrtc, int device) {
        this.driver = driver;
        this.nvrtc = nvrtc;
        this.device = device;
        long memory = driver.memory(device);
        info = new DeviceInfo(
                driver.name(device),
                "CUDA",
                "CUDA " + driver.version(),
                false,
                driver.attribute(device, CudaDriver.MULTIPROCESSOR_COUNT),
                memory,
                memory,
                driver.attribute(device, CudaDriver.MAX_SHARED_MEMORY_PER_BLOCK),
                driver.attribute(device, CudaDriver.MAX_THREADS_PER_BLOCK),
                true);
        architecture = nvrtc.architecture(10 * driver.attribute(device, CudaDriver.COMPUTE_CAPABILITY_MAJOR)
                + driver.attribute(device, CudaDriver.COMPUTE_CAPABILITY_MINOR));
    }

    /** Every device of the driver; empty where there is no driver, or no NVRTC. */
    public static List<CudaDevice> all() {
        List<CudaDevice> devices = new ArrayList<>();
        if (CudaDriver.present()) {
            CudaDriver driver = new CudaDriver();
            int count = driver.devices();
            if (count > 0) {
                Nvrtc.find().ifPresent(nvrtc -> {
                    for (int i = 0; i < count; i++) {
                        devices.add(new CudaDevice(driver, nvrtc, driver.device(i)));
                    }
                });
            }
        }
        return devices;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    /** Each thread has a current context. It is made at the first use, for it takes memory of the GPU, and time. */
    private void enter() {
        if (context == 0) {
            context = driver.primaryContext(device);
        }
        driver.makeCurrent(context);
    }

    @Override
    public Buffer allocate(long bytes) {
        enter();
        try {
            return new CudaBuffer(driver.allocate(Math.max(4, bytes)), bytes);
        } catch (CudaDriver.Failure e) {
            throw e.outOfMemory() ? info.outOfMemory(bytes, driver.free()) : e;
        }
    }

    @Override
    public Executable compile(Kernel kernel) {
        enter();
        String source = KernelWriter.cuda(kernel);
        try {
            return new CudaKernel(driver.module(nvrtc.compile(source, architecture)), kernel.name(), source);
        } catch (TornadoRuntimeException e) {
            throw new TornadoRuntimeException("CUDA cannot compile " + kernel.name() + ": " + e.getMessage());
        }
    }

    @Override
    public Executable load(Kernel kernel, Path binary) {
        throw new TornadoRuntimeException(info.name()
                + " as a CUDA device takes no program binaries; kernels are compiled for it when they run.");
    }

    @Override
    public void finish() {
        enter();
        driver.synchronize();
    }

    /** Sizes that divide those of the grid, of at most {@link #GROUP} work-items, as many as can be in the first dimension. */
    static long[] groups(long[] global) {
        long[] local = new long[3];
        long left = GROUP;
        for (int d = 0; d < 3; d++) {
            local[d] = Math.min(left, global[d]);
            while (global[d] % local[d] != 0) {
                local[d]--;
            }
            left /= local[d];
        }
        return local;
    }

    private final class CudaBuffer implements Buffer {
        private final long pointer;
        private final long bytes;
        private boolean closed;

        CudaBuffer(long pointer, long bytes) {
            this.pointer = pointer;
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void write(long offset, MemorySegment source) {
            if (source.byteSize() > 0) {
                enter();
                driver.write(pointer + offset, source);
            }
        }

        @Override
        public void writeZeros(MemorySegment source) {
            if (source.byteSize() > 0) {
                enter();
                driver.fillWithZeros(pointer, source.byteSize());
            }
        }

        @Override
        public void read(long offset, MemorySegment target) {
            if (target.byteSize() > 0) {
                enter();
                driver.read(pointer + offset, target);
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                enter();
                driver.release(pointer);
            }
        }
    }

    private final class CudaKernel implements Executable {
        private final long module;
        private final long function;
        private final String source;
        private final Arena arena = Arena.ofAuto();
        private MemorySegment values;
        private MemorySegment pointers;

        CudaKernel(long module, String name, String source) {
            this.module = module;
            this.source = source;
            function = driver.function(module, name);
        }

        @Override
        public String source() {
            return source;
        }

        @Override
        public long launch(long[] global, long[] local, Object[] arguments, boolean timed) {
            enter();
            if (values == null) {
                values = arena.allocate(JAVA_LONG, arguments.length);
                pointers = arena.allocate(ADDRESS, arguments.length);
                for (int i = 0; i < arguments.length; i++) {
                    pointers.setAtIndex(ADDRESS, i, values.asSlice(8L * i));
                }
            }
            for (int i = 0; i < arguments.length; i++) {
                set(8L * i, arguments[i]);
            }
            long[] group = local == null ? groups(global) : local;
            if (timed) {
                if (start == 0) {
                    start = driver.event();
                    end = driver.event();
                }
                driver.record(start);
            }
            try {
                driver.check("cuLaunchKernel", (int) driver.launchKernel.invokeExact(
                        function,
                        (int) (global[0] / group[0]),
                        (int) (global[1] / group[1]),
                        (int) (global[2] / group[2]),
                        (int) group[0],
                        (int) group[1],
                        (int) group[2],
                        0,
                        0L,
                        pointers,
                        MemorySegment.NULL));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            if (!timed) {
                return 0;
            }
            driver.record(end);
            return driver.elapsed(start, end);
        }

        private void set(long offset, Object argument) {
            switch (argument) {
                case CudaBuffer b -> values.set(JAVA_LONG, offset, b.pointer);
                case Integer i -> values.set(JAVA_INT, offset, i);
                case Float f -> values.set(JAVA_FLOAT, offset, f);
                case Long l -> values.set(JAVA_LONG, offset, l);
                case Double d -> values.set(JAVA_DOUBLE, offset, d);
                default -> throw new IllegalArgumentException("argument of " + argument.getClass());
            }
        }

        @Override
        public void close() {
            enter();
            driver.unload(module);
        }
    }
}
