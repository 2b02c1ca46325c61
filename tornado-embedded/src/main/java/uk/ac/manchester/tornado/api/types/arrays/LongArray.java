package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A one-dimensional array of long values outside the Java heap, zero-filled; indices are checked. */
public final class LongArray extends TornadoNativeArray {
    private static final int BYTES = 8;

    /** An array of {@code size} zeros. */
    public LongArray(int size) {
        super(size, BYTES);
    }

    /** A copy of a Java array. */
    public static LongArray fromArray(long[] values) {
        LongArray array = new LongArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), ValueLayout.JAVA_LONG, 0, values.length);
        return array;
    }

    /** An array of the given values. */
    public static LongArray fromElements(long... values) {
        return fromArray(values);
    }

    public void set(int index, long value) {
        getSegmentWithHeader().setAtIndex(ValueLayout.JAVA_LONG, check(index) + ARRAY_HEADER / BYTES, value);
    }

    public long get(int index) {
        return getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_LONG, check(index) + ARRAY_HEADER / BYTES);
    }

    /** Sets every element to {@code value}. */
    public void init(long value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    /** Sets every element to 0. */
    public void clear() {
        getSegment().fill((byte) 0);
    }

    /** A copy in the Java heap. */
    public long[] toHeapArray() {
        return getSegment().toArray(ValueLayout.JAVA_LONG);
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
