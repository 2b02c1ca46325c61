package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Ops on rows and elements, on every device, over sizes of one, odd sizes and sizes that fill lanes: forward against the double
 * reference, backward against central differences of the reference with a random upstream gradient. Other ops are tested likewise:
 * {@link ProductTest}, {@link ConvolutionTest}, {@link OptimizerTest}.
 */
class KernelTest {
    static Stream<Arguments> sizes() {
        return Bench.cases(new int[][] {{1, 1}, {3, 7}, {5, 16}, {67, 37}, {130, 48}, {3, 300}, {2600, 3}});
    }

    @ParameterizedTest(name = "{2} x {3} in {1} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "LayerNorm", part = "forward, backward")
    void layerNorm(TornadoDevice device, Shape shape, int rows, int c) {
        for (boolean skip : new boolean[] {false, true}) {
            Bench b = new Bench(device, shape);
            // A large eps keeps the case of one channel, whose variance is 0, within what floats can do.
            float eps = 1e-2f;
            Slice x = b.input(rows * c);
            Slice gamma = b.input(c);
            Slice beta = b.input(c);
            Slice dY = b.input(rows * c);
            Slice dSkip = b.input(rows * c);
            Slice y = b.output(rows * c);
            Slice mean = b.output(rows);
            Slice rstd = b.output(rows);
            Slice dX = b.output(rows * c);
            Slice dGamma = b.output(c);
            Slice dBeta = b.output(c);
            b.run(s -> {
                LayerNormKernel.forward(s, "forward", y, mean, rstd, x, gamma, beta, rows, c, eps);
                LayerNormKernel.backward(
                        s, "backward", dX, dGamma, dBeta, dY, x, gamma, mean, rstd, skip ? dSkip : null, rows, c);
            });
            double[][] in = {Bench.values(x), Bench.values(gamma), Bench.values(beta)};
            Reference.Op op = Reference.layerNorm(rows, c, eps);
            double[] up = Bench.values(dY);
            Bench.close("y", op.apply(in), y, c);
            Bench.close(
                    "dX",
                    Reference.gradient(op, up, 0, in)
                            .plus(
                                    skip
                                            ? Bench.values(dSkip)
                                            : new double[dX.array().getSize() - dX.offset()]),
                    dX,
                    4 * c);
            Bench.close("dGamma", Reference.gradient(op, up, 1, in), dGamma, rows + c);
            Bench.close("dBeta", Reference.gradient(op, up, 2, in), dBeta, rows);
        }
    }

    @ParameterizedTest(name = "{2} x {3} in {1} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "GELU", part = "forward, backward")
    void gelu(TornadoDevice device, Shape shape, int rows, int c) {
        int n = rows * c;
        for (GeluKernel.Form form : GeluKernel.Form.values()) {
            Bench b = new Bench(device, shape);
            Slice x = b.input(n);
            for (int i = 0; i < n; i++) {
                x.array().set(x.offset() + i, 3 * x.array().get(x.offset() + i));
            }
            Slice dY = b.input(n);
            Slice y = b.output(n);
            Slice dX = b.output(n);
            b.run(s -> {
                GeluKernel.forward(s, "forward", form, y, x, n);
                GeluKernel.backward(s, "backward", form, dX, dY, x, n);
            });
            Reference.Op op = Reference.gelu(form == GeluKernel.Form.TANH);
            Bench.close("y", op.apply(Bench.values(x)), y, 1);
            Bench.close("dX", Reference.gradient(op, Bench.values(dY), 0, Bench.values(x)), dX, 4);
        }
    }

    @ParameterizedTest(name = "{2} x {3} in {1} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "softmax", part = "forward, backward")
    void softmax(TornadoDevice device, Shape shape, int rows, int c) {
        Bench b = new Bench(device, shape);
        Slice x = b.input(rows * c);
        // Too large for exp without the maximum.
        x.array().set(x.offset() + c / 2, 200f);
        Slice dY = b.input(rows * c);
        Slice y = b.output(rows * c);
        Slice dX = b.output(rows * c);
        b.run(s -> {
            SoftmaxKernel.forward(s, "forward", y, x, rows, c);
            SoftmaxKernel.backward(s, "backward", dX, dY, y, rows, c);
        });
        Reference.Op op = Reference.softmax(rows, c);
        Bench.close("y", op.apply(Bench.values(x)), y, 4);
        Bench.close("dX", Reference.gradient(op, Bench.values(dY), 0, Bench.values(x)), dX, 4 * c);
    }

    @ParameterizedTest(name = "{2} x {3} in {1} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "drop path", part = "backward")
    void dropPath(TornadoDevice device, Shape shape, int rows, int c) {
        int perSample = 3;
        Bench b = new Bench(device, shape);
        Slice factors = b.input(rows);
        Slice dY = b.input(rows * perSample * c);
        Slice dX = b.output(rows * perSample * c);
        b.run(s -> DropPathKernel.backward(s, "backward", dX, dY, factors, rows * perSample, perSample, c));
        double[] x = new double[rows * perSample * c];
        Reference.Op op = Reference.dropPath(perSample * c);
        Bench.close("dX", Reference.gradient(op, Bench.values(dY), 0, x, x, Bench.values(factors)), dX, 1);
    }

    static Stream<Arguments> samples() {
        return Bench.cases(new int[][] {{5, 7}, {131, 300}});
    }

    @ParameterizedTest(name = "{2} x {3} in {1} on {0}")
    @MethodSource("samples")
    @Recorded(subject = "cross-entropy", part = "loss, metrics, gradient")
    void crossEntropy(TornadoDevice device, Shape shape, int batch, int classes) {
        // The third row is padding, the next two are mixed.
        double[][] targets = new double[batch][classes];
        int[] labels = new int[batch];
        for (int i = 0; i < batch; i++) {
            labels[i] = (i + 1) * 59 % classes;
            targets[i][labels[i]] = 1;
        }
        labels[2] = -1;
        targets[2] = new double[classes];
        for (int i = 3; i < 5; i++) {
            targets[i][labels[i]] = 0.625;
            targets[i][(labels[i] + 1) % classes] = 0.375;
        }
        FloatArray given = new FloatArray(batch * classes);
        for (int i = 0; i < batch * classes; i++) {
            given.set(i, (float) targets[i / classes][i % classes]);
        }
        for (float smoothing : new float[] {0f, 0.1f}) {
            Bench b = new Bench(device, shape);
            Slice logits = b.input(batch * classes);
            Slice dLogits = b.output(batch * classes);
            FloatArray metrics = new FloatArray(3);
            // Two answers as large as each other, of which the first counts, are right and wrong.
            for (int k = 0; k < 2; k++) {
                logits.array().set(3 + 3 * classes + labels[3] + k, 6f);
                logits.array().set(3 + 4 * classes + labels[4] - k, 6f);
            }
            b.run(s -> {
                CrossEntropyKernel.forward(s, "loss", dLogits, metrics, logits, given, batch, classes, smoothing);
                s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, metrics);
            });
            double[] in = Bench.values(logits);
            Reference.Op op = Reference.crossEntropy(targets, smoothing);
            int counted = batch - 1;
            assertEquals(op.apply(in)[0] * counted, metrics.get(0), 2e-5 * batch);
            assertEquals(counted, metrics.get(2));
            int right = 0;
            for (int i = 0; i < batch; i++) {
                int best = 0;
                for (int k = 1; k < classes; k++) {
                    best = in[i * classes + k] > in[i * classes + best] ? k : best;
                }
                right += best == labels[i] ? 1 : 0;
            }
            assertTrue(right > 0 && right < counted, "right and wrong answers");
            assertEquals(right, metrics.get(1));
            Bench.close("dLogits", Reference.gradient(op, new double[] {1}, 0, in), dLogits, classes);
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "DyT and LayerNorm", part = "golden vectors")
    void goldenLayerVectors(TornadoDevice device, Shape shape) {
        Bench b = new Bench(device, shape);
        Slice x = Slice.of(FloatArray.fromElements(1, -2, 0.5f, 3, 0, -0.25f));
        Slice gamma = Slice.of(FloatArray.fromElements(1, 2, -1));
        Slice beta = Slice.of(FloatArray.fromElements(0.1f, 0, -0.2f));
        Slice dY = Slice.of(FloatArray.fromElements(1, -1, 2, 0.5f, 1, -3));
        Slice alpha = Slice.of(FloatArray.fromElements(0.5f));
        Slice y = b.output(6);
        Slice dX = b.output(6);
        Slice dAlpha = b.output(1);
        Slice dGamma = b.output(3);
        Slice dBeta = b.output(3);
        Slice normed = b.output(6);
        Slice mean = b.output(2);
        Slice rstd = b.output(2);
        Slice dNormX = b.output(6);
        Slice dNormGamma = b.output(3);
        Slice dNormBeta = b.output(3);
        b.run(s -> {
            PointwiseKernel.forward(s, "dyt", PointwiseKernel.Function.TANH, y, x, alpha, null, gamma, beta, 2, 3);
            PointwiseKernel.backward(
                    s,
                    "dytBack",
                    PointwiseKernel.Function.TANH,
                    dX,
                    dAlpha,
                    null,
                    dGamma,
                    dBeta,
                    dY,
                    x,
                    alpha,
                    null,
                    gamma,
                    null,
                    2,
                    3);
            LayerNormKernel.forward(s, "norm", normed, mean, rstd, x, gamma, beta, 2, 3, 1e-6f);
            LayerNormKernel.backward(
                    s, "normBack", dNormX, dNormGamma, dNormBeta, dY, x, gamma, mean, rstd, null, 2, 3);
        });
        Bench.close(
                "y",
                new double[] {.562117157260, -1.523188311912, -.444918662404, 1.005148253645, 0, -.075646998228},
                y,
                1);
        Bench.close(
                "dX",
                new double[] {.393223866483, -.419974341614, -.940014848806, .045176659731, 1.0, 1.476804496426},
                dX,
                1);
        Bench.close("dAlpha", new double[] {1.058987960788}, dAlpha, 6);
        Bench.close("dGamma", new double[] {.914691284082, .761594155956, .862896330122}, dGamma, 2);
        Bench.close("dBeta", new double[] {1.5, 0, -1}, dBeta, 2);
        Bench.close(
                "normed",
                new double[] {
                    .989000630904, -2.794001982842, -.708000360517, 1.510831296455, -1.241531540880, .590065526015
                },
                normed,
                3);
        Bench.close(
                "dNormX",
                new double[] {
                    .921775197391, .184354420046, -1.106129617437, .022644765768, -.294387286303, .271742520535
                },
                dNormX,
                3);
        Bench.close("dNormGamma", new double[] {1.594416279132, .776235220981, 3.386197299078}, dNormGamma, 2);
        Bench.close("dNormBeta", new double[] {1.5, 0, -1}, dNormBeta, 2);
    }

    @Test
    void approximationsAreClose() {
        for (int i = -200_000; i <= 200_000; i++) {
            float x = i / 16_000f;
            assertEquals(Math.tanh(x), Approximation.tanh(x), 5e-7, "tanh " + x);
            assertEquals(Reference.erf(x), Approximation.erf(x), 5e-7, "erf " + x);
        }
    }
}
