package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tornadonn.nn.Engine;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/** The five kernels against double arithmetic, on every device of the engine that runs. */
class FiveKernelsTest {
    private static double total(int from, int to, IntToDoubleFunction term) {
        return IntStream.range(from, to).mapToDouble(term).sum();
    }

    private static double blurred(FiveKernels five, int x, int y) {
        double sum = 0;
        double weights = 0;
        for (int dy = -2; dy <= 2; dy++) {
            for (int dx = -2; dx <= 2; dx++) {
                int row = Math.clamp(y + dy, 0, five.height - 1);
                int column = Math.clamp(x + dx, 0, five.width - 1);
                double weight = Math.exp(-(dx * dx + dy * dy) / (2 * 1.5 * 1.5));
                sum += weight * five.image.get(row * five.width + column);
                weights += weight;
            }
        }
        return sum / weights;
    }

    private static void check(TornadoDevice device) throws TornadoExecutionPlanException {
        FiveKernels five = new FiveKernels();
        float[] before = five.y.toHeapArray();
        five.run(device);
        double[] y = IntStream.range(0, before.length)
                .mapToDouble(i -> 0.5 * five.x.get(i) + before[i])
                .toArray();
        for (int i = 0; i < y.length; i++) {
            assertEquals(y[i], five.y.get(i), 1e-6, "saxpy " + i);
        }
        int group = y.length / five.partial.getSize();
        for (int g = 0; g < five.partial.getSize(); g++) {
            assertEquals(total(g * group, (g + 1) * group, i -> y[i]), five.partial.get(g), 1e-4, "sum " + g);
        }
        int side = five.side;
        for (int i = 0; i < side * side; i++) {
            int row = i / side;
            int column = i % side;
            double product = total(0, side, k -> (double) five.a.get(row * side + k) * five.b.get(k * side + column));
            assertEquals(product, five.c.get(i), 1e-4, "multiply " + i);
        }
        int[] counts = new int[five.counts.getSize()];
        for (int i = 0; i < five.blurred.getSize(); i++) {
            float pixel = five.blurred.get(i);
            assertEquals(blurred(five, i % five.width, i / five.width), pixel, 1e-6, "blur " + i);
            counts[(int) (pixel * counts.length)]++;
        }
        for (int bin = 0; bin < counts.length; bin++) {
            assertEquals(counts[bin], five.counts.get(bin), "histogram " + bin);
        }
    }

    @Test
    void areRightOnEveryDevice() throws TornadoExecutionPlanException {
        int real = 0;
        for (TornadoDevice device : DeviceChoice.all()) {
            System.out.println(Engine.describe(device));
            check(device);
            real += device.getTornadoVMBackend() == TornadoVMBackendType.VIRTUAL ? 0 : 1;
        }
        assertFalse(real == 0, "no real device");
        assertEquals(System.getProperty("engine").equals("sdk"), Engine.name().startsWith("TornadoVM SDK"));
    }
}
