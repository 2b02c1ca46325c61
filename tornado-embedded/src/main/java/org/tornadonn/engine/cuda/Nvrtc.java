package org.tornadonn.engine.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.tornadonn.engine.foreign.NativeLibrary.in;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tornadonn.engine.foreign.NativeLibrary;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * NVRTC, NVIDIA's library that compiles CUDA C, from version 11.2 on. It is looked for where the system's loader looks, and in lib64 of the folder that the
 * environment variable CUDA_HOME names. That of Python's packages (nvidia/cuda_nvrtc/lib, nvidia/cu13/lib) is found where
 * LD_LIBRARY_PATH names its folder. It loads a second library, its builtins, in the same way.
 */
final class Nvrtc implements PtxCompiler {
    private static final List<String> NAMES =
            List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so");
    private static final Optional<Nvrtc> FOUND =
            library().filter(l -> l.has("nvrtcGetSupportedArchs")).map(Nvrtc::new);

    private final MethodHandle getArchitectureCount;
    private final MethodHandle getArchitectures;
    private final MethodHandle create;
    private final MethodHandle compile;
    private final MethodHandle getPtxSize;
    private final MethodHandle getPtx;
    private final MethodHandle getLogSize;
    private final MethodHandle getLog;
    private final MethodHandle destroy;
    private final MethodHandle getErrorString;

    private Nvrtc(NativeLibrary library) {
        getArchitectureCount = library.function("nvrtcGetNumSupportedArchs", JAVA_INT, ADDRESS);
        getArchitectures = library.function("nvrtcGetSupportedArchs", JAVA_INT, ADDRESS);
        create =
                library.function("nvrtcCreateProgram", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        compile = library.function("nvrtcCompileProgram", JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS);
        getPtxSize = library.function("nvrtcGetPTXSize", JAVA_INT, JAVA_LONG, ADDRESS);
        getPtx = library.function("nvrtcGetPTX", JAVA_INT, JAVA_LONG, ADDRESS);
        getLogSize = library.function("nvrtcGetProgramLogSize", JAVA_INT, JAVA_LONG, ADDRESS);
        getLog = library.function("nvrtcGetProgramLog", JAVA_INT, JAVA_LONG, ADDRESS);
        destroy = library.function("nvrtcDestroyProgram", JAVA_INT, ADDRESS);
        getErrorString = library.function("nvrtcGetErrorString", ADDRESS, JAVA_INT);
    }

    static Optional<Nvrtc> find() {
        return FOUND;
    }

    private static Optional<NativeLibrary> library() {
        Optional<NativeLibrary> found = NativeLibrary.find(NAMES);
        String home = System.getenv("CUDA_HOME");
        if (found.isPresent() || home == null) {
            return found;
        }
        // Once loaded, the builtins are found by their name.
        NativeLibrary.find(List.of(home + "/lib64/libnvrtc-builtins.so"));
        return NativeLibrary.find(NAMES.stream().map(n -> home + "/lib64/" + n).toList());
    }

    /** The last architecture known here that a GPU of this compute capability, such as 75, runs; PTX of an older one runs on it too. */
    String architecture(int capability) {
        return in(arena -> {
            MemorySegment count = arena.allocate(JAVA_INT);
            check("nvrtcGetNumSupportedArchs", (int) getArchitectureCount.invokeExact(count));
            MemorySegment list = arena.allocate(JAVA_INT, count.get(JAVA_INT, 0));
            check("nvrtcGetSupportedArchs", (int) getArchitectures.invokeExact(list));
            int last = Arrays.stream(list.toArray(JAVA_INT))
                    .filter(a -> a <= capability)
                    .max()
                    .orElse(capability);
            return "compute_" + last;
        });
    }

    /** Products and sums are contracted to fma, as OpenCL C's are; division and square root are rounded as Java's. */
    @Override
    public String compile(String source, String architecture) {
        return in(arena -> {
            MemorySegment handle = arena.allocate(JAVA_LONG);
            check("nvrtcCreateProgram", (int) create.invokeExact(
                    handle,
                    arena.allocateFrom(source),
                    arena.allocateFrom("kernel.cu"),
                    0,
                    MemorySegment.NULL,
                    MemorySegment.NULL));
            try {
                long program = handle.get(JAVA_LONG, 0);
                // The default of NVRTC 11 is older than C++11, which the template of vectors needs.
                List<String> options =
                        List.of("--gpu-architecture=" + architecture, "--std=c++17", "--disable-warnings");
                MemorySegment list = arena.allocate(ADDRESS, options.size());
                for (int i = 0; i < options.size(); i++) {
                    list.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
                }
                int code = (int) compile.invokeExact(program, options.size(), list);
                if (code != 0) {
                    throw new TornadoRuntimeException("nvrtcCompileProgram failed: " + errorString(code) + "\n"
                            + text(arena, "nvrtcGetProgramLog", getLogSize, getLog, program));
                }
                return text(arena, "nvrtcGetPTX", getPtxSize, getPtx, program);
            } finally {
                int _ = (int) destroy.invokeExact(handle);
            }
        });
    }

    private String text(Arena arena, String name, MethodHandle getSize, MethodHandle get, long program)
            throws Throwable {
        MemorySegment size = arena.allocate(JAVA_LONG);
        check(name + "Size", (int) getSize.invokeExact(program, size));
        MemorySegment bytes = arena.allocate(size.get(JAVA_LONG, 0));
        check(name, (int) get.invokeExact(program, bytes));
        return bytes.getString(0);
    }

    private void check(String function, int code) throws Throwable {
        if (code != 0) {
            throw new TornadoRuntimeException(function + " failed: " + errorString(code));
        }
    }

    @SuppressWarnings("restricted")
    private String errorString(int code) throws Throwable {
        return ((MemorySegment) getErrorString.invokeExact(code))
                .reinterpret(Long.MAX_VALUE)
                .getString(0);
    }
}
