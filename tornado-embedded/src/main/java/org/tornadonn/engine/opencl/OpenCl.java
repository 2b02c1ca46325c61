package org.tornadonn.engine.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.tornadonn.engine.foreign.NativeLibrary.in;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadonn.engine.foreign.NativeLibrary;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** The functions of OpenCL 1.2 that the engine calls. Handles are plain addresses. */
final class OpenCl {
    static final int DEVICE_TYPE_GPU = 4;
    static final int DEVICE_TYPE_CPU = 2;
    private static final long DEVICE_TYPE_ALL = 0xFFFFFFFFL;
    private static final int DEVICE_NOT_FOUND = -1;
    private static final int PLATFORM_NOT_FOUND = -1001;

    private static final List<String> LIBRARIES = List.of(
            "libOpenCL.so.1", "libOpenCL.so", "OpenCL.dll", "/System/Library/Frameworks/OpenCL.framework/OpenCL");
    private static final Optional<NativeLibrary> LIBRARY = NativeLibrary.find(LIBRARIES);

    final MethodHandle setKernelArg = handle("clSetKernelArg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);
    private final MethodHandle getPlatformIds = handle("clGetPlatformIDs", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle getPlatformInfo =
            handle("clGetPlatformInfo", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle getDeviceIds =
            handle("clGetDeviceIDs", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private final MethodHandle getDeviceInfo =
            handle("clGetDeviceInfo", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle createContext =
            handle("clCreateContext", JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private final MethodHandle createQueue =
            handle("clCreateCommandQueue", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private final MethodHandle createBuffer =
            handle("clCreateBuffer", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle releaseBuffer = handle("clReleaseMemObject", JAVA_INT, JAVA_LONG);
    private final MethodHandle writeBuffer = handle(
            "clEnqueueWriteBuffer",
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    private final MethodHandle fillBuffer = handle(
            "clEnqueueFillBuffer",
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    private final MethodHandle readBuffer = handle(
            "clEnqueueReadBuffer",
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    private final MethodHandle createProgram =
            handle("clCreateProgramWithSource", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    private final MethodHandle createProgramWithBinary = handle(
            "clCreateProgramWithBinary", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private final MethodHandle getProgramInfo =
            handle("clGetProgramInfo", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle buildProgram =
            handle("clBuildProgram", JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private final MethodHandle getBuildInfo =
            handle("clGetProgramBuildInfo", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle releaseProgram = handle("clReleaseProgram", JAVA_INT, JAVA_LONG);
    private final MethodHandle createKernel = handle("clCreateKernel", JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle releaseKernel = handle("clReleaseKernel", JAVA_INT, JAVA_LONG);
    final MethodHandle enqueueKernel = handle(
            "clEnqueueNDRangeKernel",
            JAVA_INT,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            ADDRESS,
            ADDRESS);
    private final MethodHandle finish = handle("clFinish", JAVA_INT, JAVA_LONG);
    private final MethodHandle getProfilingInfo =
            handle("clGetEventProfilingInfo", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private final MethodHandle releaseEvent = handle("clReleaseEvent", JAVA_INT, JAVA_LONG);

    /** A failed call, with OpenCL's name of the error. */
    static final class Failure extends TornadoRuntimeException {
        private static final long serialVersionUID = 1L;
        final int code;

        Failure(String function, int code) {
            super(function + " failed: " + errorName(code));
            this.code = code;
        }
    }

    static boolean present() {
        return LIBRARY.isPresent();
    }

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LIBRARY.orElseThrow().function(name, result, arguments);
    }

    static void check(String function, int code) {
        if (code != 0) {
            throw new Failure(function, code);
        }
    }

    private static long create(String function, NativeLibrary.Call<Long> call, MemorySegment error) {
        long handle = in(call);
        check(function, error.get(JAVA_INT, 0));
        return handle;
    }

    List<Long> platforms() {
        return ids((count, list, n) -> (int) getPlatformIds.invokeExact(n, list, count), "clGetPlatformIDs");
    }

    List<Long> devices(long platform) {
        return ids(
                (count, list, n) -> (int) getDeviceIds.invokeExact(platform, DEVICE_TYPE_ALL, n, list, count),
                "clGetDeviceIDs");
    }

    @FunctionalInterface
    private interface Query {
        int run(MemorySegment count, MemorySegment list, int n) throws Throwable;
    }

    private static List<Long> ids(Query query, String function) {
        List<Long> ids = new ArrayList<>();
        in(arena -> {
            MemorySegment count = arena.allocate(JAVA_INT);
            int code = query.run(count, MemorySegment.NULL, 0);
            if (code == DEVICE_NOT_FOUND || code == PLATFORM_NOT_FOUND) {
                return null;
            }
            check(function, code);
            int n = count.get(JAVA_INT, 0);
            MemorySegment list = arena.allocate(JAVA_LONG, Math.max(1, n));
            check(function, query.run(MemorySegment.NULL, list, n));
            for (int i = 0; i < n; i++) {
                ids.add(list.getAtIndex(JAVA_LONG, i));
            }
            return null;
        });
        return ids;
    }

    String platformString(long platform, int what) {
        return in(arena -> {
            MemorySegment text = arena.allocate(1024);
            check("clGetPlatformInfo", (int)
                    getPlatformInfo.invokeExact(platform, what, 1024L, text, MemorySegment.NULL));
            return text.getString(0).strip();
        });
    }

    String deviceString(long device, int what) {
        return in(arena -> {
            MemorySegment text = arena.allocate(4096);
            check("clGetDeviceInfo", (int) getDeviceInfo.invokeExact(device, what, 4096L, text, MemorySegment.NULL));
            return text.getString(0).strip();
        });
    }

    /** A value of 4 or 8 bytes; the rest of the 8 stays zero. */
    long deviceLong(long device, int what) {
        return in(arena -> {
            MemorySegment value = arena.allocate(JAVA_LONG);
            check("clGetDeviceInfo", (int) getDeviceInfo.invokeExact(device, what, 8L, value, MemorySegment.NULL));
            return value.get(JAVA_LONG, 0);
        });
    }

    long context(long device) {
        try (Arena outer = Arena.ofConfined()) {
            MemorySegment error = outer.allocate(JAVA_INT);
            MemorySegment list = outer.allocateFrom(JAVA_LONG, device);
            return create(
                    "clCreateContext",
                    _ -> (long) createContext.invokeExact(
                            MemorySegment.NULL, 1, list, MemorySegment.NULL, MemorySegment.NULL, error),
                    error);
        }
    }

    long profilingQueue(long context, long device) {
        try (Arena outer = Arena.ofConfined()) {
            MemorySegment error = outer.allocate(JAVA_INT);
            return create(
                    "clCreateCommandQueue", _ -> (long) createQueue.invokeExact(context, device, 2L, error), error);
        }
    }

    long buffer(long context, long bytes) {
        try (Arena outer = Arena.ofConfined()) {
            MemorySegment error = outer.allocate(JAVA_INT);
            return create(
                    "clCreateBuffer",
                    _ -> (long) createBuffer.invokeExact(context, 1L, bytes, MemorySegment.NULL, error),
                    error);
        }
    }

    void release(long buffer) {
        in(_ -> (int) releaseBuffer.invokeExact(buffer));
    }

    void write(long queue, long buffer, long offset, MemorySegment source) {
        in(_ -> {
            check("clEnqueueWriteBuffer", (int) writeBuffer.invokeExact(
                    queue, buffer, 1, offset, source.byteSize(), source, 0, MemorySegment.NULL, MemorySegment.NULL));
            return null;
        });
    }

    void fillWithZeros(long queue, long buffer, long bytes) {
        in(arena -> {
            MemorySegment zero = arena.allocate(1);
            check("clEnqueueFillBuffer", (int) fillBuffer.invokeExact(
                    queue, buffer, zero, 1L, 0L, bytes, 0, MemorySegment.NULL, MemorySegment.NULL));
            return null;
        });
    }

    void read(long queue, long buffer, long offset, MemorySegment target) {
        in(_ -> {
            check("clEnqueueReadBuffer", (int) readBuffer.invokeExact(
                    queue, buffer, 1, offset, target.byteSize(), target, 0, MemorySegment.NULL, MemorySegment.NULL));
            return null;
        });
    }

    /** A built program. */
    long program(long context, long device, String source, String options) {
        try (Arena outer = Arena.ofConfined()) {
            MemorySegment error = outer.allocate(JAVA_INT);
            MemorySegment text = outer.allocateFrom(ADDRESS, outer.allocateFrom(source));
            long program = create(
                    "clCreateProgramWithSource",
                    _ -> (long) createProgram.invokeExact(context, 1, text, MemorySegment.NULL, error),
                    error);
            build(program, device, options);
            return program;
        }
    }

    /** A program from the binary of its device. */
    long program(long context, long device, byte[] binary) {
        try (Arena outer = Arena.ofConfined()) {
            MemorySegment error = outer.allocate(JAVA_INT);
            MemorySegment list = outer.allocateFrom(JAVA_LONG, device);
            MemorySegment size = outer.allocateFrom(JAVA_LONG, binary.length);
            MemorySegment bytes = outer.allocateFrom(ADDRESS, outer.allocateFrom(JAVA_BYTE, binary));
            long program = create(
                    "clCreateProgramWithBinary",
                    _ -> (long) createProgramWithBinary.invokeExact(
                            context, 1, list, size, bytes, MemorySegment.NULL, error),
                    error);
            build(program, device, "");
            return program;
        }
    }

    private void build(long program, long device, String options) {
        in(arena -> {
            int code = (int) buildProgram.invokeExact(
                    program,
                    1,
                    arena.allocateFrom(JAVA_LONG, device),
                    arena.allocateFrom(options),
                    MemorySegment.NULL,
                    MemorySegment.NULL);
            if (code != 0) {
                throw new TornadoRuntimeException(
                        "clBuildProgram failed: " + errorName(code) + "\n" + buildLog(program, device));
            }
            return null;
        });
    }

    /** The binary of a built program. */
    byte[] binary(long program) {
        return in(arena -> {
            MemorySegment size = arena.allocate(JAVA_LONG);
            check("clGetProgramInfo", (int) getProgramInfo.invokeExact(program, 0x1165, 8L, size, MemorySegment.NULL));
            MemorySegment bytes = arena.allocate(size.get(JAVA_LONG, 0));
            MemorySegment list = arena.allocateFrom(ADDRESS, bytes);
            check("clGetProgramInfo", (int) getProgramInfo.invokeExact(program, 0x1166, 8L, list, MemorySegment.NULL));
            return bytes.toArray(JAVA_BYTE);
        });
    }

    void releaseProgram(long program) {
        in(_ -> (int) releaseProgram.invokeExact(program));
    }

    /** A kernel of a built program, which lives as long as its kernels. */
    long kernel(long program, String name) {
        try (Arena outer = Arena.ofConfined()) {
            MemorySegment error = outer.allocate(JAVA_INT);
            MemorySegment cName = outer.allocateFrom(name);
            return create("clCreateKernel", _ -> (long) createKernel.invokeExact(program, cName, error), error);
        }
    }

    private String buildLog(long program, long device) {
        return in(arena -> {
            MemorySegment size = arena.allocate(JAVA_LONG);
            int code = (int) getBuildInfo.invokeExact(program, device, 0x1183, 0L, MemorySegment.NULL, size);
            long bytes = size.get(JAVA_LONG, 0);
            if (code != 0 || bytes == 0) {
                return "no build log";
            }
            MemorySegment log = arena.allocate(bytes);
            check("clGetProgramBuildInfo", (int)
                    getBuildInfo.invokeExact(program, device, 0x1183, bytes, log, MemorySegment.NULL));
            return new String(log.toArray(JAVA_BYTE), StandardCharsets.UTF_8).strip();
        });
    }

    void releaseKernel(long kernel) {
        in(_ -> (int) releaseKernel.invokeExact(kernel));
    }

    void finish(long queue) {
        in(_ -> {
            check("clFinish", (int) finish.invokeExact(queue));
            return null;
        });
    }

    /** Nanoseconds from start to end of a finished event, which is released. */
    long elapsed(long event) {
        return in(arena -> {
            MemorySegment time = arena.allocate(JAVA_LONG);
            check("clGetEventProfilingInfo", (int)
                    getProfilingInfo.invokeExact(event, 0x1282, 8L, time, MemorySegment.NULL));
            long start = time.get(JAVA_LONG, 0);
            check("clGetEventProfilingInfo", (int)
                    getProfilingInfo.invokeExact(event, 0x1283, 8L, time, MemorySegment.NULL));
            check("clReleaseEvent", (int) releaseEvent.invokeExact(event));
            return time.get(JAVA_LONG, 0) - start;
        });
    }

    static String errorName(int code) {
        return switch (code) {
            case -1 -> "CL_DEVICE_NOT_FOUND";
            case -2 -> "CL_DEVICE_NOT_AVAILABLE";
            case -4 -> "CL_MEM_OBJECT_ALLOCATION_FAILURE";
            case -5 -> "CL_OUT_OF_RESOURCES";
            case -6 -> "CL_OUT_OF_HOST_MEMORY";
            case -11 -> "CL_BUILD_PROGRAM_FAILURE";
            case -30 -> "CL_INVALID_VALUE";
            case -42 -> "CL_INVALID_BINARY";
            case -46 -> "CL_INVALID_KERNEL_NAME";
            case -48 -> "CL_INVALID_KERNEL";
            case -49 -> "CL_INVALID_ARG_INDEX";
            case -50 -> "CL_INVALID_ARG_VALUE";
            case -51 -> "CL_INVALID_ARG_SIZE";
            case -52 -> "CL_INVALID_KERNEL_ARGS";
            case -54 -> "CL_INVALID_WORK_GROUP_SIZE";
            case -61 -> "CL_INVALID_BUFFER_SIZE";
            default -> "OpenCL error " + code;
        };
    }
}
