package org.tornadonn.benchmarks.op;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Allocates an op's operands: seeded inputs, and outputs of NaN, so that what is not written is seen. */
public final class Operands {
    /**
     * A prime, so that rows differ. Drawing all values of a large tensor would take longer than measuring, and these are enough for any
     * mean or sum.
     */
    private static final int DRAWN = 65521;

    private final SplittableRandom random = new SplittableRandom(20250310);
    private final List<Object> inputs = new ArrayList<>();
    private final List<TornadoNativeArray> outputs = new ArrayList<>();

    /** An element of a tensor. */
    static double at(Slice s, int i) {
        return DType.get(s.data(), s.offset() + i);
    }

    /** Normally distributed values times {@code scale}. */
    public Slice normal(int size, double scale) {
        return drawn(DType.FLOAT32, size, () -> scale * random.nextGaussian());
    }

    /** Normally distributed values of standard deviation 1. */
    Slice normal(DType type, int size) {
        return drawn(type, size, random::nextGaussian);
    }

    /** Normally distributed values of standard deviation 1. */
    public Slice normal(int size) {
        return normal(size, 1);
    }

    /** Values from 0.5 to 1.5. */
    Slice positive(int size) {
        return drawn(DType.FLOAT32, size, () -> random.nextDouble(0.5, 1.5));
    }

    private Slice drawn(DType type, int size, DoubleSupplier value) {
        TornadoNativeArray array = type.array(size);
        for (int i = 0; i < size; i++) {
            DType.set(array, i, i < DRAWN ? (float) value.getAsDouble() : DType.get(array, i - DRAWN));
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

    private Slice input(TornadoNativeArray array) {
        inputs.add(array);
        return Slice.of(array);
    }

    public Slice output(int size) {
        return output(DType.FLOAT32, size);
    }

    Slice output(DType type, int size) {
        TornadoNativeArray array = type.array(size);
        for (int i = 0; i < size; i++) {
            DType.set(array, i, Float.NaN);
        }
        outputs.add(array);
        return Slice.of(array);
    }

    /** An input that is also written. */
    Slice updated(Slice input) {
        outputs.add(input.data());
        return input;
    }

    public Object[] inputs() {
        return inputs.toArray();
    }

    public Object[] outputs() {
        return outputs.toArray();
    }
}
