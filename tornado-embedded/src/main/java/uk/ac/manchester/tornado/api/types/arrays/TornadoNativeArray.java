package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tornadonn.engine.runtime.HostMemory;

/** Arrays outside the Java heap: a header of {@link #ARRAY_HEADER} bytes, then the elements. */
public abstract sealed class TornadoNativeArray
        permits FloatArray, IntArray, DoubleArray, LongArray, HalfFloatArray, BFloat16Array {
    /** Bytes before the first element. */
    public static final long ARRAY_HEADER = 16;

    static {
        HostMemory.grant(new HostMemory.Access() {
            @Override
            public MemorySegment elements(TornadoNativeArray array) {
                return array.elements;
            }

            @Override
            public boolean untouched(TornadoNativeArray array) {
                return !array.touched;
            }
        });
    }

    private final int size;
    private final MemorySegment memory;
    private final MemorySegment elements;
    private boolean touched;

    TornadoNativeArray(int size, int elementBytes) {
        if (size < 0) {
            throw new IllegalArgumentException("an array of " + size + " elements");
        }
        this.size = size;
        memory = NativeMemory.zeros(ARRAY_HEADER + (long) size * elementBytes);
        memory.set(ValueLayout.JAVA_INT, 0, size);
        elements = memory.asSlice(ARRAY_HEADER);
    }

    final int check(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index " + index + " in an array of " + size + " elements");
        }
        return index;
    }

    /** Number of elements. */
    public final int getSize() {
        return size;
    }

    /** The elements, without the header. */
    public final MemorySegment getSegment() {
        touched = true;
        return elements;
    }

    public final MemorySegment getSegmentWithHeader() {
        touched = true;
        return memory;
    }

    public final long getNumBytesOfSegment() {
        return elements.byteSize();
    }

    public final long getNumBytesOfSegmentWithHeader() {
        return memory.byteSize();
    }

    /** Bytes of one element. */
    public abstract int getElementSize();
}
