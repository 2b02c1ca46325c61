package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.kernels.PointwiseKernel.Function;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Every function of the point-wise family on every device, as {@link KernelTest} does, with and without its scalars. */
class PointwiseTest {
    /** Of DyT; the other functions differ in a line, and take the one with both lanes and a rest. */
    private static final int[][] SIZES = {{1, 1}, {3, 7}, {5, 16}, {67, 37}, {130, 48}, {2600, 3}};

    private static final int[][] MIXED = {{67, 37}};

    private enum Scalars {
        NEITHER,
        ALPHA,
        BOTH
    }

    static Stream<Arguments> cases() {
        return Bench.cases(Stream.of(Function.values())
                .flatMap(f -> Stream.of(f == Function.TANH ? SIZES : MIXED).map(s -> new Object[] {f, s[0], s[1]}))
                .toArray(Object[][]::new));
    }

    private static DoubleUnaryOperator reference(Function f) {
        return switch (f) {
            case TANH -> Math::tanh;
            case HARDTANH -> z -> Math.clamp(z, -1, 1);
            case SIGMOID -> z -> 1 / (1 + Math.exp(-z));
            case ERF -> Reference::erf;
            case ISRU -> z -> z / Math.sqrt(1 + z * z);
            case ARCTAN -> z -> 2 / Math.PI * Math.atan(z);
            case IDENTITY -> z -> z;
        };
    }

    @ParameterizedTest(name = "{2}, {3} x {4} in {1} on {0}")
    @MethodSource("cases")
    @Recorded(subject = "DyT and the point-wise family", part = "forward, backward")
    void matchesTheReference(TornadoDevice device, Shape shape, Function f, int rows, int c) {
        for (Scalars scalars : Scalars.values()) {
            Bench b = new Bench(device, shape);
            boolean skipped = scalars == Scalars.BOTH;
            Slice x = b.input(rows * c);
            Slice alpha = scalars == Scalars.NEITHER ? null : b.input(1);
            Slice shift = scalars == Scalars.BOTH ? b.input(1) : null;
            Slice gamma = b.input(c);
            Slice beta = b.input(c);
            Slice dY = b.input(rows * c);
            Slice dSkip = b.input(rows * c);
            Slice y = b.output(rows * c);
            Slice dX = b.output(rows * c);
            Slice dAlpha = alpha == null ? null : b.output(1);
            Slice dShift = shift == null ? null : b.output(1);
            Slice dGamma = b.output(c);
            Slice dBeta = b.output(c);
            Slice past = skipped ? dSkip : null;
            awayFromCorners(x, alpha, shift);
            b.run(s -> {
                PointwiseKernel.forward(s, "forward", f, y, x, alpha, shift, gamma, beta, rows, c);
                PointwiseKernel.backward(
                        s, "back", f, dX, dAlpha, dShift, dGamma, dBeta, dY, x, alpha, shift, gamma, past, rows, c);
            });
            double[] one = {1};
            double[] none = {0};
            double[][] in = {
                Bench.values(x),
                alpha == null ? one : Bench.values(alpha),
                shift == null ? none : Bench.values(shift),
                Bench.values(gamma),
                Bench.values(beta)
            };
            Reference.Op op = Reference.pointwise(reference(f), rows, c);
            double[] up = Bench.values(dY);
            Bench.close("y", op.apply(in), y, 1);
            double[] more = skipped ? Bench.values(dSkip) : new double[rows * c];
            Bench.close("dX", Reference.gradient(op, up, 0, in).plus(more), dX, 4);
            if (alpha != null) {
                Bench.close("dAlpha", Reference.gradient(op, up, 1, in), dAlpha, rows * c * 4);
            }
            if (shift != null) {
                Bench.close("dShift", Reference.gradient(op, up, 2, in), dShift, rows * c * 4);
            }
            Bench.close("dGamma", Reference.gradient(op, up, 3, in), dGamma, rows);
            Bench.close("dBeta", Reference.gradient(op, up, 4, in), dBeta, rows);
        }
    }

    /** Central differences say nothing across hardtanh's corners at z = ±1. */
    private static void awayFromCorners(Slice x, Slice alpha, Slice shift) {
        double a = alpha == null ? 1 : Bench.values(alpha)[0];
        double s = shift == null ? 0 : Bench.values(shift)[0];
        for (int i = x.offset(); i < x.array().getSize(); i++) {
            if (Math.abs(Math.abs(a * x.array().get(i) + s) - 1) < 1e-3) {
                x.array().set(i, (float) (x.array().get(i) + 1e-2 / a));
            }
        }
    }

    /** PyTorch's figures for Derf with alpha 0.5, shift 0.1. */
    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "Derf", part = "golden vectors")
    void derfGivesKnownValues(TornadoDevice device, Shape shape) {
        Bench b = new Bench(device, shape);
        Slice x = of(1, -2, 0.5f, 3, 0, -0.25f);
        Slice alpha = of(0.5f);
        Slice shift = of(0.1f);
        Slice gamma = of(1, 2, -1);
        Slice beta = of(0.1f, 0, -0.2f);
        Slice dY = of(1, -1, 2, 0.5f, 1, -3);
        Slice y = b.output(6);
        Slice dX = b.output(6);
        Slice dAlpha = b.output(1);
        Slice dShift = b.output(1);
        Slice dGamma = b.output(3);
        Slice dBeta = b.output(3);
        b.run(s -> {
            PointwiseKernel.forward(s, "derf", Function.ERF, y, x, alpha, shift, gamma, beta, 2, 3);
            PointwiseKernel.backward(
                    s, "back", Function.ERF, dX, dAlpha, dShift, dGamma, dBeta, dY, x, alpha, shift, gamma, null, 2, 3);
        });
        near(y, .703856090848, -1.593816424846, -.579382053562, 1.076348383345, .224925832037, -.171796396696);
        near(dX, .393621715857, -.501968574240, -.998283712145, .021807264658, 1.117151606789, 1.691511225685);
        near(dAlpha, 1.081921991640);
        near(dShift, 3.447679053209);
        near(dGamma, 1.092030282520, .909371128441, .843374917038);
        near(dBeta, 1.5, 0, -1);
    }

    private static Slice of(float... values) {
        return Slice.of(FloatArray.fromArray(values));
    }

    private static void near(Slice actual, double... expected) {
        double[] values = Bench.values(actual);
        assertEquals(expected.length, values.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], values[i], 4e-6);
        }
    }
}
