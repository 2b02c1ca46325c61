package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A one-dimensional array of int values outside the Java heap, zero-filled; indices are checked. */
public final class IntArray extends TornadoNativeArray {
    private static final int BYTES = 4;

    /** An array of {@code size} zeros. */
    public IntArray(int size) {
        super(size, BYTES);
    }

    /** A copy of a Java array. */
    public static IntArray fromArray(int[] values) {
        IntArray array = new IntArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), ValueLayout.JAVA_INT, 0, values.length);
        return array;
    }

    /** An array of the given values. */
    public static IntArray fromElements(int... values) {
        return fromArray(values);
    }

    public void set(int index, int value) {
        getSegmentWithHeader().setAtIndex(ValueLayout.JAVA_INT, check(index) + ARRAY_HEADER / BYTES, value);
    }

    public int get(int index) {
        return getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_INT, check(index) + ARRAY_HEADER / BYTES);
    }

    /** Sets every element to {@code value}. */
    public void init(int value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    /** Sets every element to 0. */
    public void clear() {
        getSegment().fill((byte) 0);
    }

    /** A copy in the Java heap. */
    public int[] toHeapArray() {
        return getSegment().toArray(ValueLayout.JAVA_INT);
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
