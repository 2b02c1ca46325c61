package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Zeros from C's calloc, freed when nobody can reach them. Unlike an arena's own, they take no room until they are written: what a model
 * keeps on its device alone does not stand in the host's memory a second time.
 */
@SuppressWarnings("restricted")
final class NativeMemory {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALLOC = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("calloc"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    /** What is allocated and not yet freed. The collector does not see it, so it is called for whenever this has grown by as much as the heap may have. */
    private static final AtomicLong USED = new AtomicLong();

    private static final AtomicLong NEXT_COLLECTION =
            new AtomicLong(Runtime.getRuntime().maxMemory());

    private NativeMemory() {}

    static MemorySegment zeros(long bytes) {
        if (USED.addAndGet(bytes) > NEXT_COLLECTION.get()) {
            System.gc();
            NEXT_COLLECTION.set(USED.get() + Runtime.getRuntime().maxMemory());
        }
        MemorySegment memory = calloc(bytes);
        if (memory.address() == 0) {
            USED.addAndGet(-bytes);
            throw new OutOfMemoryError("no " + bytes + " bytes of memory for an array");
        }
        return memory.reinterpret(bytes, Arena.ofAuto(), m -> {
            free(m);
            USED.addAndGet(-bytes);
        });
    }

    private static MemorySegment calloc(long bytes) {
        try {
            return (MemorySegment) CALLOC.invokeExact(1L, bytes);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
