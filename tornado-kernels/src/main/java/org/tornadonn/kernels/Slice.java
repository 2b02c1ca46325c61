package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A tensor inside a device array: it begins at element {@code offset}, and for layer {@code l} of identical, stacked layers
 * at {@code offset + l * stride}.
 *
 * @param data the device array, which may hold many tensors: a FloatArray, or in 16 bits a HalfFloatArray or BFloat16Array
 * @param offset first element of layer 0
 * @param stride elements from one layer to the next; 0 where nothing is stacked
 */
public record Slice(TornadoNativeArray data, int offset, int stride) {
    public Slice {
        if (offset < 0 || stride < 0 || offset > data.getSize()) {
            throw new IllegalArgumentException(
                    "slice at " + offset + " by " + stride + " outside an array of " + data.getSize() + " elements");
        }
    }

    /** The whole array as one tensor. */
    public static Slice of(TornadoNativeArray data) {
        return new Slice(data, 0, 0);
    }

    /** Stacked tensors of {@code stride} elements, one per layer, from the beginning of the array. */
    public static Slice stacked(FloatArray array, int stride) {
        return new Slice(array, 0, stride);
    }

    /** The same tensor {@code layers} layers further on. */
    public Slice shifted(int layers) {
        return new Slice(data, offset + layers * stride, stride);
    }

    /** @throws IllegalArgumentException if the tensor is in another format, as from the two below */
    public FloatArray array() {
        return in(FloatArray.class);
    }

    HalfFloatArray halves() {
        return in(HalfFloatArray.class);
    }

    BFloat16Array bfloats() {
        return in(BFloat16Array.class);
    }

    private <A> A in(Class<A> type) {
        if (!type.isInstance(data)) {
            throw new IllegalArgumentException("a tensor in a "
                    + data.getClass().getSimpleName() + " where a " + type.getSimpleName() + " is needed");
        }
        return type.cast(data);
    }

    int at(int layer) {
        return offset + layer * stride;
    }
}
