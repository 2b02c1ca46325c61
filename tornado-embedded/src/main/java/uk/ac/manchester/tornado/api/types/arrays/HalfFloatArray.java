package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** A one-dimensional array of halves outside the Java heap. On the host only: the embedded engine refuses kernels that use it. */
public final class HalfFloatArray extends TornadoNativeArray {
    private static final int BYTES = 2;

    /** An array of {@code size} zeros. */
    public HalfFloatArray(int size) {
        super(size, BYTES);
    }

    public void set(int index, HalfFloat value) {
        getSegmentWithHeader()
                .setAtIndex(ValueLayout.JAVA_SHORT, check(index) + ARRAY_HEADER / BYTES, value.getHalfFloatValue());
    }

    public HalfFloat get(int index) {
        return new HalfFloat(
                getSegmentWithHeader().getAtIndex(ValueLayout.JAVA_SHORT, check(index) + ARRAY_HEADER / BYTES));
    }

    @Override
    public int getElementSize() {
        return BYTES;
    }
}
