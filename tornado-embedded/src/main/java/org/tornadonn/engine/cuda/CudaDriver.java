package org.tornadonn.engine.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.tornadonn.engine.foreign.NativeLibrary.in;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import org.tornadonn.engine.foreign.NativeLibrary;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** The functions of the CUDA driver that the engine calls. Handles are plain addresses. */
final class CudaDriver {
    static final int MAX_THREADS_PER_BLOCK = 1;
    static final int MAX_SHARED_MEMORY_PER_BLOCK = 8;
    static final int MULTIPROCESSOR_COUNT = 16;
    static final int COMPUTE_CAPABILITY_MAJOR = 75;
    static final int COMPUTE_CAPABILITY_MINOR = 76;
    private static final int OUT_OF_MEMORY = 2;
    private static final int JIT_ERROR_LOG_BUFFER = 5;
    private static final int JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6;
    private static final int LOG_BYTES = 8192;

    private static final Optional<NativeLibrary> LIBRARY = NativeLibrary.find(List.of("libcuda.so.1", "libcuda.so"));

    private final MethodHandle init = handle("cuInit", JAVA_INT);
    private final MethodHandle driverGetVersion = handle("cuDriverGetVersion", ADDRESS);
    private final MethodHandle deviceGetCount = handle("cuDeviceGetCount", ADDRESS);
    private final MethodHandle deviceGet = handle("cuDeviceGet", ADDRESS, JAVA_INT);
    private final MethodHandle deviceGetName = handle("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
    private final MethodHandle deviceGetAttribute = handle("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    private final MethodHandle deviceTotalMem = handle("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
    private final MethodHandle primaryContextRetain = handle("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
    private final MethodHandle contextSetCurrent = handle("cuCtxSetCurrent", JAVA_LONG);
    private final MethodHandle contextSynchronize = handle("cuCtxSynchronize");
    private final MethodHandle memGetInfo = handle("cuMemGetInfo_v2", ADDRESS, ADDRESS);
    private final MethodHandle memAlloc = handle("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
    private final MethodHandle memFree = handle("cuMemFree_v2", JAVA_LONG);
    private final MethodHandle memcpyHostToDevice = handle("cuMemcpyHtoD_v2", JAVA_LONG, ADDRESS, JAVA_LONG);
    private final MethodHandle memcpyDeviceToHost = handle("cuMemcpyDtoH_v2", ADDRESS, JAVA_LONG, JAVA_LONG);
    private final MethodHandle memsetBytes = handle("cuMemsetD8_v2", JAVA_LONG, JAVA_BYTE, JAVA_LONG);
    private final MethodHandle moduleLoad = handle("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle moduleGetFunction = handle("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
    private final MethodHandle moduleUnload = handle("cuModuleUnload", JAVA_LONG);
    final MethodHandle launchKernel = handle(
            "cuLaunchKernel",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS);
    private final MethodHandle eventCreate = handle("cuEventCreate", ADDRESS, JAVA_INT);
    private final MethodHandle eventRecord = handle("cuEventRecord", JAVA_LONG, JAVA_LONG);
    private final MethodHandle eventSynchronize = handle("cuEventSynchronize", JAVA_LONG);
    private final MethodHandle eventElapsedTime = handle("cuEventElapsedTime", ADDRESS, JAVA_LONG, JAVA_LONG);
    private final MethodHandle getErrorName = handle("cuGetErrorName", JAVA_INT, ADDRESS);

    /** A failed call, with CUDA's name of the error. */
    static final class Failure extends TornadoRuntimeException {
        private static final long serialVersionUID = 1L;
        private final int code;

        Failure(String function, String error, int code) {
            super(function + " failed: " + error);
            this.code = code;
        }

        boolean outOfMemory() {
            return code == OUT_OF_MEMORY;
        }
    }

    static boolean present() {
        return LIBRARY.isPresent();
    }

    private static MethodHandle handle(String name, MemoryLayout... arguments) {
        return LIBRARY.orElseThrow().function(name, JAVA_INT, arguments);
    }

    /** A call that may write up to 8 bytes to {@code out}, where the rest stays zero. */
    @FunctionalInterface
    private interface Call {
        int run(Arena arena, MemorySegment out) throws Throwable;
    }

    private long call(String function, Call call) {
        return in(arena -> {
            MemorySegment out = arena.allocate(JAVA_LONG);
            check(function, call.run(arena, out));
            return out.get(JAVA_LONG, 0);
        });
    }

    void check(String function, int code) {
        if (code != 0) {
            throw new Failure(function, errorName(code), code);
        }
    }

    @SuppressWarnings("restricted")
    private String errorName(int code) {
        return in(arena -> {
            MemorySegment name = arena.allocate(ADDRESS);
            return (int) getErrorName.invokeExact(code, name) == 0
                    ? name.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0)
                    : "CUDA error " + code;
        });
    }

    /** The number of devices; 0 too where the driver's library is there and no driver that runs. */
    int devices() {
        return in(_ -> (int) init.invokeExact(0) == 0)
                ? (int) call("cuDeviceGetCount", (_, out) -> (int) deviceGetCount.invokeExact(out))
                : 0;
    }

    int device(int index) {
        return (int) call("cuDeviceGet", (_, out) -> (int) deviceGet.invokeExact(out, index));
    }

    String name(int device) {
        return in(arena -> {
            MemorySegment text = arena.allocate(256);
            check("cuDeviceGetName", (int) deviceGetName.invokeExact(text, 256, device));
            return text.getString(0);
        });
    }

    int attribute(int device, int what) {
        return (int) call("cuDeviceGetAttribute", (_, out) -> (int) deviceGetAttribute.invokeExact(out, what, device));
    }

    long memory(int device) {
        return call("cuDeviceTotalMem", (_, out) -> (int) deviceTotalMem.invokeExact(out, device));
    }

    /** The newest CUDA that the driver knows, such as 13.0. */
    String version() {
        long version = call("cuDriverGetVersion", (_, out) -> (int) driverGetVersion.invokeExact(out));
        return version / 1000 + "." + version % 1000 / 10;
    }

    long primaryContext(int device) {
        return call("cuDevicePrimaryCtxRetain", (_, out) -> (int) primaryContextRetain.invokeExact(out, device));
    }

    void makeCurrent(long context) {
        call("cuCtxSetCurrent", (_, _) -> (int) contextSetCurrent.invokeExact(context));
    }

    void synchronize() {
        call("cuCtxSynchronize", (_, _) -> (int) contextSynchronize.invokeExact());
    }

    /** Bytes that no process has. */
    long free() {
        return call("cuMemGetInfo", (arena, out) -> (int) memGetInfo.invokeExact(out, arena.allocate(JAVA_LONG)));
    }

    long allocate(long bytes) {
        return call("cuMemAlloc", (_, out) -> (int) memAlloc.invokeExact(out, bytes));
    }

    void release(long pointer) {
        call("cuMemFree", (_, _) -> (int) memFree.invokeExact(pointer));
    }

    void write(long pointer, MemorySegment source) {
        call("cuMemcpyHtoD", (_, _) -> (int) memcpyHostToDevice.invokeExact(pointer, source, source.byteSize()));
    }

    void read(long pointer, MemorySegment target) {
        call("cuMemcpyDtoH", (_, _) -> (int) memcpyDeviceToHost.invokeExact(target, pointer, target.byteSize()));
    }

    void fillWithZeros(long pointer, long bytes) {
        call("cuMemsetD8", (_, _) -> (int) memsetBytes.invokeExact(pointer, (byte) 0, bytes));
    }

    /** A module of PTX, which the driver assembles. */
    long module(String ptx) {
        return in(arena -> {
            MemorySegment out = arena.allocate(JAVA_LONG);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment options = arena.allocateFrom(JAVA_INT, JIT_ERROR_LOG_BUFFER, JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
            // An option's value stands in the place of a pointer.
            MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), LOG_BYTES);
            int code = (int) moduleLoad.invokeExact(out, arena.allocateFrom(ptx), 2, options, values);
            if (code != 0) {
                throw new TornadoRuntimeException("cuModuleLoadDataEx failed: " + errorName(code) + "\n"
                        + log.getString(0).strip());
            }
            return out.get(JAVA_LONG, 0);
        });
    }

    long function(long module, String name) {
        return call("cuModuleGetFunction", (arena, out) ->
                (int) moduleGetFunction.invokeExact(out, module, arena.allocateFrom(name)));
    }

    void unload(long module) {
        call("cuModuleUnload", (_, _) -> (int) moduleUnload.invokeExact(module));
    }

    long event() {
        return call("cuEventCreate", (_, out) -> (int) eventCreate.invokeExact(out, 0));
    }

    void record(long event) {
        call("cuEventRecord", (_, _) -> (int) eventRecord.invokeExact(event, 0L));
    }

    /** Nanoseconds between two events, after the second has come. */
    long elapsed(long start, long end) {
        call("cuEventSynchronize", (_, _) -> (int) eventSynchronize.invokeExact(end));
        return in(arena -> {
            MemorySegment milliseconds = arena.allocate(JAVA_FLOAT);
            check("cuEventElapsedTime", (int) eventElapsedTime.invokeExact(milliseconds, start, end));
            return (long) (1e6 * milliseconds.get(JAVA_FLOAT, 0));
        });
    }
}
