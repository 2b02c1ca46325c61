package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A one-dimensional array of double values outside the Java heap, zero-filled; indices are checked. */
public final class DoubleArray extends TornadoNativeArray {
    private static final int BYTES = 8;

    /** An array of {@code size} zeros. */
    public DoubleArray(int size) {
        super(size, BYTES);
    }

    /** A copy of a Java array. */
    public static DoubleArray fromArray(double[] values) {
        DoubleArray array = new DoubleArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), ValueLayout.JAVA_DOUBLE, 0, values.length);
        return array;
    }

    /** An array of the given values. */
    public static DoubleArray fromElements(double... values) {
        return fromArray(values);
    }

    public void set(int index, double value) {
        getSegmentWithHeader().setAtIndex(ValueLayout.JAVA_DOUBLE, check(index) + ARRAY_HEADER / BYTES, value);
    }

    public double get(int index) {
        return getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_DOUBLE, check(index) + ARRAY_HEADER / BYTES);
    }

    /** Sets every element to {@code value}. */
    public void init(double value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    /** Sets every element to 0. */
    public void clear() {
        getSegment().fill((byte) 0);
    }

    /** A copy in the Java heap. */
    public double[] toHeapArray() {
        return getSegment().toArray(ValueLayout.JAVA_DOUBLE);
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
