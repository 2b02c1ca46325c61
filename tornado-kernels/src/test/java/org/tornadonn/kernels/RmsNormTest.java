package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** RMSNorm on every device, as {@link KernelTest} does. */
class RmsNormTest {
    private static final int[][] SIZES = {{1, 1}, {3, 7}, {5, 16}, {67, 37}, {130, 48}, {40, 192}, {8300, 3}};

    static Stream<Arguments> sizes() {
        return Bench.cases(SIZES);
    }

    @ParameterizedTest(name = "{2} x {3} in {1} on {0}")
    @MethodSource("sizes")
    void matchesTheReference(TornadoDevice device, Shape shape, int rows, int c) {
        for (boolean skip : new boolean[] {false, true}) {
            Bench b = new Bench(device, shape);
            float eps = 1e-2f;
            Slice x = b.input(rows * c);
            Slice gamma = b.input(c);
            Slice dY = b.input(rows * c);
            Slice dSkip = b.input(rows * c);
            Slice y = b.output(rows * c);
            Slice rstd = b.output(rows);
            Slice dX = b.output(rows * c);
            Slice dGamma = b.output(c);
            b.run(s -> {
                RmsNormKernel.forward(s, "forward", y, rstd, x, gamma, rows, c, eps);
                RmsNormKernel.backward(s, "backward", dX, dGamma, dY, x, gamma, rstd, skip ? dSkip : null, rows, c);
            });
            double[][] in = {Bench.values(x), Bench.values(gamma)};
            Reference.Op op = Reference.rmsNorm(rows, c, eps);
            double[] up = Bench.values(dY);
            Bench.close("y", op.apply(in), y, c);
            double[] past = skip ? Bench.values(dSkip) : new double[rows * c];
            Bench.close("dX", Reference.gradient(op, up, 0, in).plus(past), dX, 4 * c);
            Bench.close("dGamma", Reference.gradient(op, up, 1, in), dGamma, rows + c);
        }
    }

    /** PyTorch's figures for the same formula. */
    @Test
    void theReferenceGivesKnownValues() {
        double[] x = {1, -2, 0.5, 3, 0, -0.25};
        double[] y = Reference.rmsNorm(2, 3, 1e-5).apply(x, new double[] {1, 2, -1});
        double[] known = {.755926786231, -3.023707144923, -.377963393115, 1.726065028415, 0, .143838752368};
        for (int i = 0; i < known.length; i++) {
            assertEquals(known[i], y[i], 1e-11);
        }
    }
}
