package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A one-dimensional array of float values outside the Java heap, zero-filled; indices are checked. */
public final class FloatArray extends TornadoNativeArray {
    private static final int BYTES = 4;

    /** An array of {@code size} zeros. */
    public FloatArray(int size) {
        super(size, BYTES);
    }

    /** A copy of a Java array. */
    public static FloatArray fromArray(float[] values) {
        FloatArray array = new FloatArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), ValueLayout.JAVA_FLOAT, 0, values.length);
        return array;
    }

    /** An array of the given values. */
    public static FloatArray fromElements(float... values) {
        return fromArray(values);
    }

    public void set(int index, float value) {
        getSegmentWithHeader().setAtIndex(ValueLayout.JAVA_FLOAT, check(index) + ARRAY_HEADER / BYTES, value);
    }

    public float get(int index) {
        return getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_FLOAT, check(index) + ARRAY_HEADER / BYTES);
    }

    /** Sets every element to {@code value}. */
    public void init(float value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    /** Sets every element to 0. */
    public void clear() {
        getSegment().fill((byte) 0);
    }

    /** A copy in the Java heap. */
    public float[] toHeapArray() {
        return getSegment().toArray(ValueLayout.JAVA_FLOAT);
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
