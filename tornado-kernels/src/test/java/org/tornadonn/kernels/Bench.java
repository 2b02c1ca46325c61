package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.tornadonn.suite.Recorder;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Runs a stage on a device with seeded inputs and poisoned outputs, twice, and compares with references. */
final class Bench {
    private static final int PADDING = 5;
    private static final int COORDINATES = 64;
    private static final int DIRECTIONS = 4;

    private final Random random = new Random(20250310);
    private final TornadoDevice device;
    final Stage stage;
    private final List<FloatArray> outputs = new ArrayList<>();

    Bench(TornadoDevice device, Shape shape) {
        this.device = device;
        this.stage = new Stage("test", new GridScheduler(), shape);
    }

    /** Each device with each shape of kernels and each of some sizes, a test's arguments. */
    static Stream<Arguments> cases(Object[]... sizes) {
        return Recorder.devices().stream()
                .flatMap(device -> Stream.of(Shape.values())
                        .flatMap(shape -> Stream.of(sizes)
                                .map(size -> Arguments.of(Stream.concat(Stream.of(device, shape), Stream.of(size))
                                        .toArray()))));
    }

    static Stream<Arguments> cases(int[]... sizes) {
        return cases(Stream.of(sizes)
                .map(size -> IntStream.of(size).boxed().toArray())
                .toArray(Object[][]::new));
    }

    /** Each device with each shape of kernels. */
    static Stream<Arguments> devices() {
        return cases(new int[0]);
    }

    /** Signed values of standard deviation 1, behind an offset that no kernel may assume to be 0. */
    Slice input(int size) {
        FloatArray array = new FloatArray(size + 3);
        for (int i = 0; i < array.getSize(); i++) {
            array.set(i, (float) random.nextGaussian());
        }
        return new Slice(array, 3, 0);
    }

    /** NaN everywhere, so that what a kernel does not write is seen. */
    Slice output(int size) {
        FloatArray array = new FloatArray(size + PADDING);
        array.init(Float.NaN);
        outputs.add(array);
        return new Slice(array, PADDING, 0);
    }

    static double[] values(Slice slice) {
        double[] values = new double[slice.array().getSize() - slice.offset()];
        for (int i = 0; i < values.length; i++) {
            values[i] = slice.array().get(slice.offset() + i);
        }
        return values;
    }

    /** Executes twice; the bits must be the same. */
    void run(Consumer<Stage> tasks) {
        // Otherwise TornadoVM would not upload what is only written, and the poison would stay on the host.
        KeepKernel.keep(stage, outputs);
        tasks.accept(stage);
        stage.graph().transferToHost(DataTransferMode.UNDER_DEMAND, outputs.toArray());
        stage.select(0);
        List<float[]> first = execute();
        List<float[]> second = execute();
        for (int i = 0; i < first.size(); i++) {
            for (int j = 0; j < first.get(i).length; j++) {
                assertEquals(
                        Float.floatToRawIntBits(first.get(i)[j]),
                        Float.floatToRawIntBits(second.get(i)[j]),
                        "same bits");
            }
        }
    }

    private List<float[]> execute() {
        for (FloatArray output : outputs) {
            output.init(Float.NaN);
        }
        try (TornadoExecutionPlan plan = stage.plan(device)) {
            TornadoExecutionResult result = plan.execute();
            assertEquals(device, plan.getDevice(0), "the device that executed");
            result.transferToHost(outputs.toArray());
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(e);
        }
        for (FloatArray output : outputs) {
            for (int i = 0; i < PADDING; i++) {
                assertTrue(Float.isNaN(output.get(i)), "written before the tensor begins");
            }
        }
        return outputs.stream().map(FloatArray::toHeapArray).toList();
    }

    /**
     * Compares with a gradient at up to {@link #COORDINATES} places, and as a whole along random directions, which no wrong element
     * escapes.
     */
    static void close(String what, Reference.Gradient expected, Slice actual, int terms) {
        double[] values = values(actual);
        assertEquals(expected.size(), values.length, what);
        Random random = new Random(7);
        double largest = 0;
        for (double v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        double tolerance = tolerance(largest, terms);
        double[] direction = new double[values.length];
        boolean all = values.length <= COORDINATES;
        for (int k = 0; k < Math.min(COORDINATES, values.length); k++) {
            int i = all ? k : random.nextInt(values.length);
            direction[i] = 1;
            near(what + "[" + i + "]", expected.along(direction), values[i], tolerance);
            direction[i] = 0;
        }
        for (int k = 0; k < DIRECTIONS && !all; k++) {
            double sum = 0;
            for (int i = 0; i < direction.length; i++) {
                direction[i] = random.nextGaussian();
                sum += direction[i] * values[i];
            }
            near(what + " along a direction", expected.along(direction), sum, 4 * tolerance * Math.sqrt(values.length));
        }
    }

    static void close(String what, double[] expected, Slice actual, int terms) {
        double[] values = values(actual);
        assertEquals(expected.length, values.length, what);
        double largest = 0;
        for (double e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            near(what + "[" + i + "]", expected[i], values[i], tolerance(largest, terms));
        }
    }

    /** Float arithmetic over sums of {@code terms}: errors grow with their number's square root. */
    private static double tolerance(double largest, int terms) {
        return 4e-6 * Math.max(0.25, largest) * Math.sqrt(terms + 1.0);
    }

    private static void near(String what, double expected, double actual, double tolerance) {
        assertTrue(
                Math.abs(expected - actual) <= tolerance,
                what + ": " + actual + " instead of " + expected + " ± " + tolerance);
    }
}
