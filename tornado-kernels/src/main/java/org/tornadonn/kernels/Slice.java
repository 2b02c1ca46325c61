package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A tensor inside a device array: it begins at element {@code offset}, and for layer {@code l} of identical, stacked layers
 * at {@code offset + l * stride}.
 *
 * @param array the device array, which may hold many tensors
 * @param offset first element of layer 0
 * @param stride elements from one layer to the next; 0 where nothing is stacked
 */
public record Slice(FloatArray array, int offset, int stride) {
    public Slice {
        if (offset < 0 || stride < 0 || offset > array.getSize()) {
            throw new IllegalArgumentException(
                    "slice at " + offset + " by " + stride + " outside an array of " + array.getSize() + " elements");
        }
    }

    /** The whole array as one tensor. */
    public static Slice of(FloatArray array) {
        return new Slice(array, 0, 0);
    }

    /** Stacked tensors of {@code stride} elements, one per layer, from the beginning of the array. */
    public static Slice stacked(FloatArray array, int stride) {
        return new Slice(array, 0, stride);
    }

    /** The same tensor {@code layers} layers further on. */
    public Slice shifted(int layers) {
        return new Slice(array, offset + layers * stride, stride);
    }

    int at(int layer) {
        return offset + layer * stride;
    }
}
