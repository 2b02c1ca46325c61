package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Products of matrices and attention, as {@link KernelTest} does. */
class ProductTest {
    static Stream<Arguments> products() {
        int[][] shapes = {
            {1, 1, 1},
            {3, 5, 7},
            {8, 32, 16},
            {19, 33, 35},
            {131, 20, 40},
            {9, 300, 33},
            {530, 3, 50},
            {64, 64, 128},
            {70, 68, 130},
            {530, 66, 3}
        };
        return Bench.cases(shapes);
    }

    @ParameterizedTest(name = "{2} x {3} x {4} in {1} on {0}")
    @MethodSource("products")
    @Recorded(subject = "linear", part = "forward, backward, with bias, residual, GELU")
    void linear(TornadoDevice device, Shape shape, int rows, int in, int out) {
        for (boolean extras : new boolean[] {false, true}) {
            GeluKernel.Form form = extras ? GeluKernel.Form.TANH : GeluKernel.Form.EXACT;
            Reference.Op activation = Reference.gelu(extras);
            Bench b = new Bench(device, shape);
            Slice x = b.input(rows * in);
            Slice w = b.input(out * in);
            Slice bias = b.input(out);
            Slice residual = b.input(rows * out);
            Slice dY = b.input(rows * out);
            Slice y = b.output(rows * out);
            Slice dX = b.output(rows * in);
            Slice dW = b.output(out * in);
            Slice dB = b.output(out);
            Slice hidden = b.input(rows * in);
            Slice dHidden = b.output(rows * in);
            Slice preGelu = b.output(rows * out);
            Slice gelu = b.output(rows * out);
            b.run(s -> {
                Epilogue biased = Epilogue.NONE.withBias(extras ? bias : null);
                Epilogue slope = Epilogue.NONE.withGeluGradient(form, hidden);
                MatMulKernel.linear(s, "gelu", preGelu, x, w, biased.withGelu(form, gelu), rows, in, out);
                MatMulKernel.linearBackwardInput(s, "geluInput", dHidden, dY, w, slope, rows, in, out);
                MatMulKernel.linear(
                        s, "forward", y, x, w, biased.withResidual(extras ? residual : null), rows, in, out);
                MatMulKernel.linearBackwardInput(s, "input", dX, dY, w, Epilogue.NONE, rows, in, out);
                MatMulKernel.linearBackwardWeight(s, "weight", dW, dY, x, rows, in, out);
                BiasKernel.backward(s, "bias", dB, dY, rows, out);
            });
            double[] xs = Bench.values(x);
            double[] ws = Bench.values(w);
            double[] up = Bench.values(dY);
            double[] none = new double[rows * out];
            double[] expected = Reference.linear(rows, in, out)
                    .apply(
                            xs,
                            ws,
                            extras ? Bench.values(bias) : new double[out],
                            extras ? Bench.values(residual) : none);
            Bench.close("y", expected, y, in);
            double[] product =
                    Reference.linear(rows, in, out).apply(xs, ws, extras ? Bench.values(bias) : new double[out], none);
            Bench.close("hidden", product, preGelu, in);
            Bench.close("gelu", activation.apply(product), gelu, in);
            // The product is linear in each factor, so its gradients are products of transposes, written out here.
            double[] expectedX = new double[rows * in];
            double[] expectedW = new double[out * in];
            double[] expectedB = new double[out];
            for (int r = 0; r < rows; r++) {
                for (int o = 0; o < out; o++) {
                    expectedB[o] += up[r * out + o];
                    for (int k = 0; k < in; k++) {
                        expectedX[r * in + k] += up[r * out + o] * ws[o * in + k];
                        expectedW[o * in + k] += up[r * out + o] * xs[r * in + k];
                    }
                }
            }
            Bench.close("dX", expectedX, dX, out);
            Bench.close(
                    "dHidden", Reference.gradient(activation, expectedX, 0, Bench.values(hidden)), dHidden, 4 * out);
            Bench.close("dW", expectedW, dW, rows);
            Bench.close("dB", expectedB, dB, rows);
        }
    }

    static Stream<Arguments> scaledProducts() {
        int[][] shapes = {
            {1, 1, 1, 1},
            {2, 3, 5, 7},
            {4, 5, 33, 35},
            {7, 19, 20, 40},
            {3, 3, 300, 33},
            {3, 300, 3, 17},
            {16, 5, 64, 32},
            {9, 15, 70, 66},
            {2, 4, 20, 150}
        };
        return Bench.cases(shapes);
    }

    @ParameterizedTest(name = "{2} samples of {3} x {4} x {5} in {1} on {0}")
    @MethodSource("scaledProducts")
    @Recorded(subject = "layer scale", part = "forward, backward, with drop path and a residual")
    void scaledLinear(TornadoDevice device, Shape shape, int samples, int perSample, int in, int out) {
        Bench b = new Bench(device, shape);
        int rows = samples * perSample;
        Slice x = b.input(rows * in);
        Slice w = b.input(out * in);
        Slice bias = b.input(out);
        Slice gamma = b.input(out);
        Slice factors = b.input(samples);
        factors.array().set(factors.offset(), 0f);
        Slice dY = b.input(rows * out);
        // A layer's output and that of the next, with the first as residual, as blocks are stacked.
        Slice y = b.output(2 * rows * out);
        Slice next = new Slice(y.array(), y.offset() + rows * out, 0);
        Slice dScaled = b.output(rows * out);
        Slice scaled = b.output(out * in);
        Slice grads = b.output(out * in + 2 * out);
        Slice dB = new Slice(grads.array(), grads.offset() + out * in, 0);
        Slice dGamma = new Slice(grads.array(), dB.offset() + out, 0);
        Slice dX = b.output(rows * in);
        b.run(s -> {
            Epilogue plain = Epilogue.NONE.withBias(bias).withScale(gamma);
            Epilogue all = plain.withFactors(factors, perSample).withResidual(y);
            MatMulKernel.linear(s, "forward", y, x, w, plain, rows, in, out);
            MatMulKernel.linear(s, "next", next, x, w, all, rows, in, out);
            DropPathKernel.backward(s, "factors", dScaled, dY, factors, rows, perSample, out);
            MatMulKernel.linearBackwardWeight(s, "weight", grads, dScaled, x, rows, in, out);
            BiasKernel.backward(s, "bias", dB, dScaled, rows, out);
            LayerScaleKernel.backward(s, "scale", grads, dB, dGamma, scaled, w, bias, gamma, out, in);
            MatMulKernel.linearBackwardInput(s, "input", dX, dScaled, scaled, Epilogue.NONE, rows, in, out);
        });
        Reference.Op op = Reference.scaledLinear(rows, perSample, in, out);
        double[] ones = DoubleStream.generate(() -> 1).limit(samples).toArray();
        double[][] given = {
            Bench.values(x), Bench.values(w), Bench.values(bias), Bench.values(gamma), ones, new double[rows * out]
        };
        double[] first = op.apply(given);
        given[4] = Bench.values(factors);
        given[5] = first;
        Bench.close("y", concatenated(first, op.apply(given)), y, 2 * in);
        double[] up = Bench.values(dY);
        Bench.close("dX", Reference.gradient(op, up, 0, given), dX, 4 * out);
        Bench.close("dW", Reference.gradient(op, up, 1, given), part(grads, 0, out * in), 4 * rows);
        Bench.close("dB", Reference.gradient(op, up, 2, given), part(grads, out * in, out), 4 * rows);
        Bench.close("dGamma", Reference.gradient(op, up, 3, given), part(grads, out * in + out, out), 4 * rows * in);
    }

    private static double[] concatenated(double[] a, double[] b) {
        return DoubleStream.concat(DoubleStream.of(a), DoubleStream.of(b)).toArray();
    }

    /** A copy of some values of a tensor. */
    private static Slice part(Slice tensor, int from, int size) {
        FloatArray copy = new FloatArray(size);
        for (int i = 0; i < size; i++) {
            copy.set(i, tensor.array().get(tensor.offset() + from + i));
        }
        return Slice.of(copy);
    }

    @Test
    void anEpilogueHasGelusGradientOrAResidual() {
        Slice some = Slice.of(new FloatArray(1));
        Epilogue residual = Epilogue.NONE.withResidual(some);
        assertThrows(IllegalArgumentException.class, () -> residual.withGeluGradient(GeluKernel.Form.EXACT, some));
    }

    @Test
    void gradientsOfLayerScaleAreInOneArray() {
        Slice some = Slice.of(new FloatArray(1));
        Slice other = Slice.of(new FloatArray(1));
        Stage stage = new Stage("test", new GridScheduler(), Shape.LANES);
        for (Slice[] grads : new Slice[][] {{other, some, some}, {some, other, some}, {some, some, other}}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> LayerScaleKernel.backward(
                            stage, "scale", grads[0], grads[1], grads[2], other, other, other, other, 1, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "batched products", part = "NN, NT, TN, TT")
    void batchedProducts(TornadoDevice device, Shape shape) {
        int batch = 3;
        int m = 13;
        int n = 69;
        int k = 19;
        for (int form = 0; form < 4; form++) {
            boolean transposeA = form >= 2;
            boolean transposeB = form % 2 == 1;
            Bench b = new Bench(device, shape);
            Slice left = b.input(batch * m * k);
            Slice right = b.input(batch * k * n);
            Slice c = b.output(batch * m * n);
            b.run(s -> MatMulKernel.batched(s, "multiply", c, left, transposeA, right, transposeB, batch, m, n, k));
            double[] expected = Reference.products(transposeA, transposeB, batch, m, n, k)
                    .apply(Bench.values(left), Bench.values(right));
            Bench.close("c", expected, c, k);
        }
    }

    static Stream<Arguments> attentions() {
        int[][] sizes = {{1, 1, 1, 1}, {2, 5, 2, 4}, {1, 17, 3, 16}, {2, 33, 1, 20}, {1, 70, 2, 33}, {1, 40, 1, 128}};
        return Bench.cases(Stream.of(false, true)
                .flatMap(causal -> Stream.of(sizes).map(s -> new Object[] {s[0], s[1], s[2], s[3], causal}))
                .toArray(Object[][]::new));
    }

    @ParameterizedTest(name = "{2} images, {3} tokens, {4} heads of {5}, causal {6} in {1} on {0}")
    @MethodSource("attentions")
    @Recorded(subject = "attention", part = "forward, backward")
    void attention(TornadoDevice device, Shape shape, int batch, int tokens, int heads, int d, boolean causal) {
        Bench b = new Bench(device, shape);
        int rows = batch * tokens;
        Slice qkv = b.input(rows * 3 * heads * d);
        Slice dO = b.input(rows * heads * d);
        Slice o = b.output(rows * heads * d);
        Slice lse = b.output(rows * heads);
        Slice dQkv = b.output(rows * 3 * heads * d);
        b.run(s -> {
            AttentionKernel.forward(s, "forward", o, lse, qkv, batch, tokens, heads, d, causal);
            AttentionKernel.backward(s, "backward", dQkv, dO, qkv, o, lse, batch, tokens, heads, d, causal);
        });
        Reference.Op op = Reference.attention(batch, tokens, heads, d, causal);
        Bench.close("o", op.apply(Bench.values(qkv)), o, d + tokens);
        Bench.close("dQkv", Reference.gradient(op, Bench.values(dO), 0, Bench.values(qkv)), dQkv, 4 * (d + tokens));
    }

    @Test
    void attentionInGroupsSaysWhatIsTooLarge() {
        Slice some = Slice.of(new FloatArray(3 * 129));
        Stage stage = new Stage("test", new GridScheduler(), Shape.GROUPS);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> AttentionKernel.forward(stage, "forward", some, some, some, 1, 1, 1, 129, false))
                .getMessage();
        assertTrue(message.contains("129") && message.contains("-Dtornadonn.shape=lanes"), message);
    }
}
