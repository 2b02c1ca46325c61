package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** A one-dimensional array of halves (IEEE 754 binary16) outside the Java heap, zero-filled; indices are checked. */
public final class HalfFloatArray extends TornadoNativeArray {
    private static final int BYTES = 2;

    /** An array of {@code size} zeros. */
    public HalfFloatArray(int size) {
        super(size, BYTES);
    }

    /** A copy of a Java array. */
    public static HalfFloatArray fromArray(HalfFloat[] values) {
        HalfFloatArray array = new HalfFloatArray(values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    public void set(int index, HalfFloat value) {
        getSegmentWithHeader()
                .setAtIndex(ValueLayout.JAVA_SHORT, check(index) + ARRAY_HEADER / BYTES, value.getHalfFloatValue());
    }

    public HalfFloat get(int index) {
        return new HalfFloat(
                getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_SHORT, check(index) + ARRAY_HEADER / BYTES));
    }

    /** Sets every element to {@code value}. */
    public void init(HalfFloat value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    /** Sets every element to 0. */
    public void clear() {
        getSegment().fill((byte) 0);
    }

    /** A copy in the Java heap. */
    public HalfFloat[] toHeapArray() {
        HalfFloat[] values = new HalfFloat[getSize()];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(i);
        }
        return values;
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
