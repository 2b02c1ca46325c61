package org.tornadonn.benchmarks.op;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Allocates an op's operands: seeded inputs, and outputs of NaN, so that what is not written is seen. */
public final class Operands {
    /**
     * A prime, so that rows differ. Drawing all values of a large tensor would take longer than measuring, and these are enough for any
     * mean or sum.
     */
    private static final int DRAWN = 65521;

    private final SplittableRandom random = new SplittableRandom(20250310);
    private final List<Object> inputs = new ArrayList<>();
    private final List<FloatArray> outputs = new ArrayList<>();

    /** An element of a tensor. */
    static double at(Slice s, int i) {
        return s.array().get(s.offset() + i);
    }

    /** Normally distributed values times {@code scale}. */
    public Slice normal(int size, double scale) {
        return drawn(size, () -> scale * random.nextGaussian());
    }

    /** Normally distributed values of standard deviation 1. */
    public Slice normal(int size) {
        return normal(size, 1);
    }

    /** Values from 0.5 to 1.5. */
    Slice positive(int size) {
        return drawn(size, () -> random.nextDouble(0.5, 1.5));
    }

    private Slice drawn(int size, DoubleSupplier value) {
        FloatArray array = new FloatArray(size);
        for (int i = 0; i < size; i++) {
            array.set(i, i < DRAWN ? (float) value.getAsDouble() : array.get(i - DRAWN));
        }
        return input(array);
    }

    public Slice values(float... values) {
        return input(FloatArray.fromArray(values));
    }

    /** Rows with a 1 at a random class. */
    FloatArray oneHot(int rows, int classes) {
        FloatArray array = new FloatArray(rows * classes);
        for (int i = 0; i < rows; i++) {
            array.set(i * classes + random.nextInt(classes), 1f);
        }
        inputs.add(array);
        return array;
    }

    private Slice input(FloatArray array) {
        inputs.add(array);
        return Slice.of(array);
    }

    public Slice output(int size) {
        FloatArray array = new FloatArray(size);
        array.init(Float.NaN);
        outputs.add(array);
        return Slice.of(array);
    }

    /** An input that is also written. */
    Slice updated(Slice input) {
        outputs.add(input.array());
        return input;
    }

    public Object[] inputs() {
        return inputs.toArray();
    }

    public Object[] outputs() {
        return outputs.toArray();
    }
}
