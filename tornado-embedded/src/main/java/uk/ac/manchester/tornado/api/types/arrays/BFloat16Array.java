package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.BFloat16;

/** A one-dimensional array of bfloat16 outside the Java heap, as bits, zero-filled; indices are checked. */
public final class BFloat16Array extends TornadoNativeArray {
    private static final int BYTES = 2;

    /** An array of {@code size} zeros. */
    public BFloat16Array(int size) {
        super(size, BYTES);
    }

    /** An array of the bfloat16 nearest to the given values. */
    public static BFloat16Array fromFloats(float... values) {
        BFloat16Array array = new BFloat16Array(values.length);
        for (int i = 0; i < values.length; i++) {
            array.setFloat(i, values[i]);
        }
        return array;
    }

    /** An array of the given bits. */
    public static BFloat16Array fromShorts(short... bits) {
        BFloat16Array array = new BFloat16Array(bits.length);
        MemorySegment.copy(bits, 0, array.getSegment(), ValueLayout.JAVA_SHORT, 0, bits.length);
        return array;
    }

    /** @param bits from {@link BFloat16#bf16FromFloat} */
    public void set(int index, short bits) {
        getSegmentWithHeader().setAtIndex(ValueLayout.JAVA_SHORT, check(index) + ARRAY_HEADER / BYTES, bits);
    }

    /** The bits, for {@link BFloat16#bf16ToFloat}. */
    public short get(int index) {
        return getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_SHORT, check(index) + ARRAY_HEADER / BYTES);
    }

    /** Stores the nearest bfloat16; not in kernels. */
    public void setFloat(int index, float value) {
        set(index, BFloat16.bf16FromFloat(value));
    }

    /** The element as a float; not in kernels. */
    public float getFloat(int index) {
        return BFloat16.bf16ToFloat(get(index));
    }

    /** Sets every element to 0. */
    public void clear() {
        getSegment().fill((byte) 0);
    }

    /** A copy of the bits in the Java heap. */
    public short[] toShortArray() {
        return getSegment().toArray(ValueLayout.JAVA_SHORT);
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
