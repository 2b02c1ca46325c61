package org.tornadonn.examples;

import java.util.Random;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A layer of one's own: Swish with a learned slope per channel (Ramachandran et al., arXiv 1710.05941), y = x s with
 * s = 1 / (1 + exp(-beta x)), x and y [rows, c], beta [c]. Backward: dX = dY (s + beta x s (1 - s)),
 * dBeta = Σ over rows of dY x² s (1 - s). The program holds both gradients against finite differences.
 */
public final class CustomLayer implements AutoCloseable {
    final FloatArray x;
    final FloatArray beta;
    final FloatArray y;
    final FloatArray dY;
    final FloatArray dX;
    final FloatArray dBeta;
    private final TornadoExecutionPlan plan;

    CustomLayer(int rows, int c, TornadoDevice device) {
        x = new FloatArray(rows * c);
        beta = new FloatArray(c);
        y = new FloatArray(rows * c);
        dY = new FloatArray(rows * c);
        dX = new FloatArray(rows * c);
        dBeta = new FloatArray(c);
        TaskGraph graph = new TaskGraph("swish")
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, x, beta, dY)
                .task("forward", CustomLayer::kForward, y, x, beta, rows * c, c)
                .task("input", CustomLayer::kBackwardInput, dX, dY, x, beta, rows * c, c)
                .task("slope", CustomLayer::kBackwardSlope, dBeta, dY, x, beta, rows, c)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y, dX, dBeta);
        plan = new TornadoExecutionPlan(graph.snapshot());
        plan.withDevice(device);
    }

    private static float sigmoid(float z) {
        return 1f / (1f + TornadoMath.exp(-z));
    }

    public static void kForward(FloatArray y, FloatArray x, FloatArray beta, int size, int c) {
        for (@Parallel int i = 0; i < size; i++) {
            y.set(i, x.get(i) * sigmoid(beta.get(i % c) * x.get(i)));
        }
    }

    public static void kBackwardInput(FloatArray dX, FloatArray dY, FloatArray x, FloatArray beta, int size, int c) {
        for (@Parallel int i = 0; i < size; i++) {
            float z = beta.get(i % c) * x.get(i);
            float s = sigmoid(z);
            dX.set(i, dY.get(i) * (s + z * s * (1f - s)));
        }
    }

    /** One work-item sums a channel, in the order of the rows: the same bits each time, which atomics would not give. */
    public static void kBackwardSlope(FloatArray dBeta, FloatArray dY, FloatArray x, FloatArray beta, int rows, int c) {
        for (@Parallel int j = 0; j < c; j++) {
            float sum = 0f;
            for (int row = 0; row < rows; row++) {
                float in = x.get(row * c + j);
                float s = sigmoid(beta.get(j) * in);
                sum += dY.get(row * c + j) * in * in * s * (1f - s);
            }
            dBeta.set(j, sum);
        }
    }

    /** Forward and backward: y, dX and dBeta from x, beta and dY. */
    void run() {
        plan.execute();
    }

    /**
     * The largest difference between a gradient and central differences of the loss Σ dY y, as share of the largest gradient.
     *
     * @param of x or beta
     * @param gradient the layer's dX or dBeta
     */
    double worst(FloatArray of, FloatArray gradient) {
        run();
        float[] expected = gradient.toHeapArray();
        double largest = 0;
        double worst = 0;
        float h = 1e-2f;
        for (int i = 0; i < expected.length; i++) {
            float value = of.get(i);
            of.set(i, value + h);
            run();
            float[] above = y.toHeapArray();
            of.set(i, value - h);
            run();
            of.set(i, value);
            double difference = 0;
            for (int k = 0; k < above.length; k++) {
                difference += dY.get(k) * ((double) above[k] - y.get(k));
            }
            worst = Math.max(worst, Math.abs(difference / (2 * h) - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return worst / largest;
    }

    static void fill(FloatArray values, Random random) {
        for (int i = 0; i < values.getSize(); i++) {
            values.set(i, (float) random.nextGaussian());
        }
    }

    @Override
    public void close() throws TornadoExecutionPlanException {
        plan.close();
    }

    public static void main(String[] args) throws TornadoExecutionPlanException {
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        try (CustomLayer layer = new CustomLayer(5, 7, device)) {
            Random random = new Random(1);
            fill(layer.x, random);
            fill(layer.beta, random);
            fill(layer.dY, random);
            double ofX = layer.worst(layer.x, layer.dX);
            double ofBeta = layer.worst(layer.beta, layer.dBeta);
            System.out.printf("dX and finite differences: %.1e apart%n", ofX);
            System.out.printf("dBeta and finite differences: %.1e apart%n", ofBeta);
            if (!(ofX < 1e-3 && ofBeta < 1e-3)) {
                throw new AssertionError("a gradient is wrong");
            }
        }
    }
}
