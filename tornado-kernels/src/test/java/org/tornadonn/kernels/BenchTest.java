package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Wrong kernels and wrong gradients are found. */
class BenchTest {
    @Test
    void aWrongElementOfAGradientIsFound() {
        int n = 5000;
        Random random = new Random(3);
        double[] x = random.doubles(n, -2, 2).toArray();
        double[] up = random.doubles(n, -1, 1).toArray();
        FloatArray dX = new FloatArray(n);
        for (int i = 0; i < n; i++) {
            double cdf = 0.5 * (1 + Reference.erf(x[i] / Math.sqrt(2)));
            dX.set(i, (float) (up[i] * (cdf + x[i] * Math.exp(-0.5 * x[i] * x[i]) / Math.sqrt(2 * Math.PI))));
        }
        Reference.Gradient expected = Reference.gradient(Reference.gelu(false), up, 0, x);
        Bench.close("dX", expected, Slice.of(dX), 4);
        for (int i : new int[] {0, 1234, n - 1}) {
            float right = dX.get(i);
            dX.set(i, right + 0.1f);
            assertThrows(AssertionFailedError.class, () -> Bench.close("dX", expected, Slice.of(dX), 4));
            dX.set(i, right);
        }
    }

    /** Wrong on purpose: the last row is left out. */
    public static void kOffByOne(FloatArray y, FloatArray x, int n) {
        for (@Parallel int i = 0; i < n - 1; i++) {
            y.set(5 + i, x.get(3 + i));
        }
    }

    /** Wrong on purpose: a constant. */
    public static void kConstant(FloatArray y, FloatArray x, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            y.set(5 + i, 0.1f);
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "this suite", part = "finds wrong kernels")
    void wrongKernelsAreFound(TornadoDevice device, Shape shape) {
        for (boolean constant : new boolean[] {false, true}) {
            Bench b = new Bench(device, shape);
            Slice x = b.input(33);
            Slice y = b.output(33);
            b.run(s -> {
                if (constant) {
                    s.graph().task("copy", BenchTest::kConstant, y.array(), x.array(), 33);
                } else {
                    s.graph().task("copy", BenchTest::kOffByOne, y.array(), x.array(), 33);
                }
            });
            assertThrows(AssertionFailedError.class, () -> Bench.close("y", Bench.values(x), y, 0));
        }
    }
}
