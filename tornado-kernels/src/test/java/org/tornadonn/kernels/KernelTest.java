package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Every op, forward and backward, on every device, over sizes of one, odd sizes and sizes that fill lanes: forward against the
 * double reference, backward against central differences of the reference with a random upstream gradient.
 */
class KernelTest {
    private static final int[][] SIZES = {{1, 1}, {3, 7}, {5, 16}, {67, 37}, {130, 48}};

    static Stream<Arguments> sizes() {
        return Bench.devices().flatMap(d -> Stream.of(SIZES).map(s -> Arguments.of(d, s[0], s[1])));
    }

    @ParameterizedTest(name = "{1} x {2} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "LayerNorm", part = "forward, backward")
    void layerNorm(TornadoDevice device, int rows, int c) {
        for (boolean skip : new boolean[] {false, true}) {
            Bench b = new Bench(device);
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

    static Stream<Arguments> products() {
        int[][] shapes = {{1, 1, 1}, {3, 5, 7}, {8, 32, 16}, {19, 33, 35}, {131, 20, 40}, {9, 300, 33}, {530, 3, 50}};
        return Bench.devices().flatMap(d -> Stream.of(shapes).map(s -> Arguments.of(d, s[0], s[1], s[2])));
    }

    @ParameterizedTest(name = "{1} x {2} x {3} on {0}")
    @MethodSource("products")
    @Recorded(subject = "linear", part = "forward, backward, with bias, residual, GELU")
    void linear(TornadoDevice device, int rows, int in, int out) {
        for (boolean extras : new boolean[] {false, true}) {
            GeluKernel.Form form = extras ? GeluKernel.Form.TANH : GeluKernel.Form.EXACT;
            Reference.Op activation = Reference.gelu(extras);
            Bench b = new Bench(device);
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
                MatMulKernel.linearGelu(s, "gelu", form, gelu, preGelu, x, w, extras ? bias : null, rows, in, out);
                MatMulKernel.linearBackwardGelu(s, "geluInput", form, dHidden, dY, w, hidden, rows, in, out);
                MatMulKernel.linear(
                        s, "forward", y, x, w, extras ? bias : null, extras ? residual : null, rows, in, out);
                MatMulKernel.linearBackwardInput(s, "input", dX, dY, w, rows, in, out);
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

    @ParameterizedTest(name = "{1} x {2} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "GELU", part = "forward, backward")
    void gelu(TornadoDevice device, int rows, int c) {
        int n = rows * c;
        for (GeluKernel.Form form : GeluKernel.Form.values()) {
            Bench b = new Bench(device);
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

    @ParameterizedTest(name = "{1} x {2} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "softmax", part = "forward, backward")
    void softmax(TornadoDevice device, int rows, int c) {
        Bench b = new Bench(device);
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

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "batched products", part = "NN, NT, TN, TT")
    void batchedProducts(TornadoDevice device) {
        int batch = 3;
        int m = 13;
        int n = 37;
        int k = 9;
        for (int form = 0; form < 4; form++) {
            boolean transposeA = form >= 2;
            boolean transposeB = form % 2 == 1;
            Bench b = new Bench(device);
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
        int[][] shapes = {{1, 1, 1, 1}, {2, 5, 2, 4}, {1, 17, 3, 16}, {2, 33, 1, 20}};
        return Bench.devices()
                .flatMap(d -> Stream.of(shapes)
                        .flatMap(s ->
                                Stream.of(false, true).map(causal -> Arguments.of(d, s[0], s[1], s[2], s[3], causal))));
    }

    @ParameterizedTest(name = "{1} images, {2} tokens, {3} heads of {4}, causal {5} on {0}")
    @MethodSource("attentions")
    @Recorded(subject = "attention", part = "forward, backward")
    void attention(TornadoDevice device, int batch, int tokens, int heads, int d, boolean causal) {
        Bench b = new Bench(device);
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

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "patches", part = "unfold, fold")
    void patches(TornadoDevice device) {
        for (PatchKernel.Layout layout : PatchKernel.Layout.values()) {
            boolean channelsFirst = layout == PatchKernel.Layout.CHANNELS_FIRST;
            Bench b = new Bench(device);
            Slice images = b.input(3 * 2 * 9 * 9);
            Slice patches = b.output(3 * 2 * 9 * 9);
            Slice back = b.output(3 * 2 * 9 * 9);
            b.run(s -> {
                PatchKernel.unfold(s, "unfold", patches, images, layout, 3, 2, 9, 3);
                PatchKernel.fold(s, "fold", back, patches, layout, 3, 2, 9, 3);
            });
            Bench.close("patches", Reference.unfold(channelsFirst, 3, 2, 9, 3).apply(Bench.values(images)), patches, 0);
            Bench.close("fold of unfold", Bench.values(images), back, 0);
        }
    }

    static Stream<Arguments> convolutions() {
        int[][] shapes = {
            {1, 1, 1, 1}, {2, 3, 4, 3}, {1, 9, 17, 7}, {3, 2, 16, 7}, {1, 8, 32, 7}, {70, 2, 3, 5}, {1, 17, 3, 9}
        };
        return Bench.devices().flatMap(d -> Stream.of(shapes).map(s -> Arguments.of(d, s[0], s[1], s[2], s[3])));
    }

    @ParameterizedTest(name = "{1} images of {2} x {2} x {3}, {4} x {4} on {0}")
    @MethodSource("convolutions")
    @Recorded(subject = "depthwise convolution", part = "forward, backward")
    void depthwise(TornadoDevice device, int batch, int side, int c, int k) {
        for (boolean skip : new boolean[] {false, true}) {
            Bench b = new Bench(device);
            int n = batch * side * side * c;
            Slice x = b.input(n);
            Slice weight = b.input(c * k * k);
            Slice bias = b.input(c);
            Slice dY = b.input(n);
            Slice dSkip = b.input(n);
            Slice y = b.output(n);
            Slice dX = b.output(n);
            Slice dWeight = b.output(c * k * k);
            Slice dBias = b.output(c);
            b.run(s -> {
                DepthwiseConvKernel.forward(s, "forward", y, x, weight, bias, batch, side, c, k);
                DepthwiseConvKernel.backwardInput(s, "input", dX, dY, weight, skip ? dSkip : null, batch, side, c, k);
                DepthwiseConvKernel.backwardWeights(s, "weights", dWeight, dBias, dY, x, batch, side, c, k);
            });
            double[][] in = {Bench.values(x), Bench.values(weight), Bench.values(bias)};
            Reference.Op op = Reference.depthwise(batch, side, c, k);
            double[] up = Bench.values(dY);
            Bench.close("y", op.apply(in), y, k * k);
            Bench.close(
                    "dX",
                    Reference.gradient(op, up, 0, in)
                            .plus(
                                    skip
                                            ? Bench.values(dSkip)
                                            : new double[dX.array().getSize() - dX.offset()]),
                    dX,
                    k * k);
            Bench.close("dWeight", Reference.gradient(op, up, 1, in), dWeight, batch * side * side);
            Bench.close("dBias", Reference.gradient(op, up, 2, in), dBias, batch * side * side);
        }
    }

    @ParameterizedTest(name = "{1} x {2} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "layer scale", part = "forward, backward")
    void layerScale(TornadoDevice device, int rows, int c) {
        Bench b = new Bench(device);
        Slice x = b.input(rows * c);
        Slice branch = b.input(rows * c);
        Slice gamma = b.input(c);
        Slice dY = b.input(rows * c);
        Slice y = b.output(rows * c);
        Slice dBranch = b.output(rows * c);
        Slice dGamma = b.output(c);
        b.run(s -> {
            LayerScaleKernel.forward(s, "forward", y, x, branch, gamma, rows, c);
            LayerScaleKernel.backward(s, "backward", dBranch, dGamma, dY, branch, gamma, rows, c);
        });
        double[][] in = {Bench.values(x), Bench.values(branch), Bench.values(gamma)};
        Reference.Op op = Reference.layerScale(rows, c);
        double[] up = Bench.values(dY);
        Bench.close("y", op.apply(in), y, 1);
        Bench.close("dBranch", Reference.gradient(op, up, 1, in), dBranch, 1);
        Bench.close("dGamma", Reference.gradient(op, up, 2, in), dGamma, rows);
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "class token and positions", part = "forward, backward")
    void tokens(TornadoDevice device) {
        int batch = 3;
        int patches = 5;
        int c = 19;
        Bench b = new Bench(device);
        Slice embedded = b.input(batch * patches * c);
        Slice cls = b.input(c);
        Slice pos = b.input((patches + 1) * c);
        Slice dX = b.input(batch * (patches + 1) * c);
        Slice x = b.output(batch * (patches + 1) * c);
        Slice dEmbedded = b.output(batch * patches * c);
        Slice dCls = b.output(c);
        Slice dPos = b.output((patches + 1) * c);
        b.run(s -> {
            TokenKernel.forward(s, "tokens", x, embedded, cls, pos, batch, patches, c);
            TokenKernel.backward(s, "back", dEmbedded, dCls, dPos, dX, batch, patches, c);
        });
        double[][] in = {Bench.values(embedded), Bench.values(cls), Bench.values(pos)};
        Reference.Op op = Reference.tokens(batch, patches, c);
        double[] up = Bench.values(dX);
        Bench.close("x", op.apply(in), x, 1);
        Bench.close("dEmbedded", Reference.gradient(op, up, 0, in), dEmbedded, 1);
        Bench.close("dCls", Reference.gradient(op, up, 1, in), dCls, batch);
        Bench.close("dPos", Reference.gradient(op, up, 2, in), dPos, batch);
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "pool", part = "forward, backward")
    void pool(TornadoDevice device) {
        int batch = 3;
        int tokens = 6;
        int c = 19;
        for (int[] range : new int[][] {{0, tokens}, {1, tokens}, {0, 1}}) {
            Bench b = new Bench(device);
            Slice x = b.input(batch * tokens * c);
            Slice dY = b.input(batch * c);
            Slice y = b.output(batch * c);
            Slice dX = b.output(batch * tokens * c);
            b.run(s -> {
                PoolKernel.forward(s, "pool", y, x, batch, tokens, c, range[0], range[1]);
                PoolKernel.backward(s, "back", dX, dY, batch, tokens, c, range[0], range[1]);
            });
            Reference.Op op = Reference.pool(batch, tokens, c, range[0], range[1]);
            Bench.close("y", op.apply(Bench.values(x)), y, tokens);
            Bench.close("dX", Reference.gradient(op, Bench.values(dY), 0, Bench.values(x)), dX, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "cross-entropy", part = "loss, metrics, gradient")
    void crossEntropy(TornadoDevice device) {
        // The third row is padding, the last two are mixed.
        double[][] targets = new double[5][7];
        targets[0][2] = 1;
        targets[1][0] = 1;
        targets[3][6] = 0.75;
        targets[3][1] = 0.25;
        targets[4][5] = 0.375;
        targets[4][6] = 0.625;
        FloatArray given = new FloatArray(5 * 7);
        for (int i = 0; i < 5 * 7; i++) {
            given.set(i, (float) targets[i / 7][i % 7]);
        }
        for (float smoothing : new float[] {0f, 0.1f}) {
            Bench b = new Bench(device);
            Slice logits = b.input(5 * 7);
            Slice dLogits = b.output(5 * 7);
            FloatArray metrics = new FloatArray(3);
            logits.array().set(3 + 3 * 7 + 6, 4f);
            b.run(s -> {
                CrossEntropyKernel.forward(s, "loss", dLogits, metrics, logits, given, 5, 7, smoothing);
                s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, metrics);
            });
            double[] in = Bench.values(logits);
            Reference.Op op = Reference.crossEntropy(targets, smoothing);
            assertEquals(op.apply(in)[0] * 4, metrics.get(0), 1e-4);
            assertEquals(4, metrics.get(2));
            int[] labels = {2, 0, -1, 6, 6};
            int right = 0;
            for (int i = 0; i < 5; i++) {
                int best = 0;
                for (int k = 1; k < 7; k++) {
                    best = in[i * 7 + k] > in[i * 7 + best] ? k : best;
                }
                right += best == labels[i] ? 1 : 0;
            }
            assertTrue(right > 0 && right < 4, "right and wrong answers");
            assertEquals(right, metrics.get(1));
            Bench.close("dLogits", Reference.gradient(op, new double[] {1}, 0, in), dLogits, 7);
        }
    }

    @ParameterizedTest(name = "{1} x {2} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "drop path", part = "forward, backward")
    void dropPath(TornadoDevice device, int rows, int c) {
        int perSample = 3;
        Bench b = new Bench(device);
        Slice x = b.input(rows * perSample * c);
        Slice residual = b.input(rows * perSample * c);
        Slice factors = b.input(rows);
        Slice dY = b.input(rows * perSample * c);
        Slice y = b.output(rows * perSample * c);
        Slice dX = b.output(rows * perSample * c);
        b.run(s -> {
            DropPathKernel.scale(s, "forward", y, x, residual, factors, rows * perSample, perSample, c);
            DropPathKernel.scale(s, "backward", dX, dY, null, factors, rows * perSample, perSample, c);
        });
        Reference.Op op = Reference.dropPath(perSample * c);
        double[][] in = {Bench.values(x), Bench.values(residual), Bench.values(factors)};
        Bench.close("y", op.apply(in), y, 1);
        Bench.close("dX", Reference.gradient(op, Bench.values(dY), 0, in), dX, 1);
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "AdamW", part = "update, average of weights")
    void adamW(TornadoDevice device) {
        int[] sizes = {7, 16 * 1024 + 21, 48, 1};
        float[] rates = {1f, 0.25f, 0.5f, 1f};
        float[] decays = {0f, 0.05f, 0f, 0.1f};
        int n = Arrays.stream(sizes).sum();
        for (boolean averaged : new boolean[] {false, true}) {
            Bench b = new Bench(device);
            Slice grads = b.input(n);
            // The average begins right behind the parameters.
            Slice both = b.input(2 * n);
            Slice average = new Slice(both.array(), both.offset() + n, 0);
            Slice m = b.input(n);
            Slice v = b.input(n);
            for (int i = 0; i < n; i++) {
                v.array().set(3 + i, Math.abs(v.array().get(3 + i)));
            }
            double[] p = Bench.values(both);
            double[] m0 = Bench.values(m);
            double[] v0 = Bench.values(v);
            double[] g = Bench.values(grads);
            float[] h = {0.01f, 0.9f, 0.999f, 1e-8f, 0.19f, 0.002f};
            FloatArray norm = FloatArray.fromElements(Float.NaN, 0.75f);
            List<AdamWKernel.Group> groups = IntStream.range(0, sizes.length)
                    .mapToObj(i -> new AdamWKernel.Group(sizes[i], rates[i], decays[i]))
                    .toList();
            b.run(s -> {
                AdamWKernel.update(
                        s,
                        "adamw",
                        both,
                        m,
                        v,
                        averaged ? average : null,
                        grads,
                        norm,
                        groups,
                        FloatArray.fromArray(h),
                        0.9f);
                s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, both.array(), m.array(), v.array());
                s.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, norm);
            });
            // Executed twice by the bench: two updates from host state that was downloaded in between.
            for (int round = 0; round < 2; round++) {
                int i = 0;
                for (int group = 0; group < sizes.length; group++) {
                    double lr = h[0] * rates[group];
                    for (int end = i + sizes[group]; i < end; i++) {
                        double clipped = 0.75 * g[i];
                        p[i] -= lr * decays[group] * p[i];
                        m0[i] = 0.9 * m0[i] + 0.1 * clipped;
                        v0[i] = 0.999 * v0[i] + 0.001 * clipped * clipped;
                        p[i] -= lr * (m0[i] / h[4]) / (Math.sqrt(v0[i] / h[5]) + 1e-8);
                        if (averaged) {
                            p[n + i] = 0.9 * p[n + i] + 0.1 * p[i];
                        }
                    }
                }
            }
            Bench.close("params and average", p, both, 8);
            Bench.close("m", m0, m, 4);
            Bench.close("v", v0, v, 4);
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "gradient mean", part = "over micro-batches")
    void accumulate(TornadoDevice device) {
        int n = 16 * 1024 + 21;
        Bench b = new Bench(device);
        Slice grads = b.input(n);
        Slice mean = b.input(n);
        double[] expected = Bench.values(mean);
        double[] g = Bench.values(grads);
        b.run(s -> {
            AccumulateKernel.add(s, "add", mean, grads, FloatArray.fromElements(0.75f, 0.25f), n);
            s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, mean.array());
        });
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < n; i++) {
                expected[i] = 0.75 * expected[i] + 0.25 * g[i];
            }
        }
        Bench.close("mean", expected, mean, 2);
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "gradient norm", part = "norm, clipping factor")
    void gradientNorm(TornadoDevice device) {
        for (int n : new int[] {1, 15, 16 * 1024, 40_003}) {
            for (float clip : new float[] {0f, 0.5f, 1e6f}) {
                Bench b = new Bench(device);
                Slice grads = b.input(n);
                FloatArray norm = new FloatArray(2);
                b.run(s -> {
                    GradientNormKernel.norm(s, "norm", norm, grads, n, clip);
                    s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, norm);
                });
                double expected = Math.sqrt(
                        Arrays.stream(Bench.values(grads)).map(x -> x * x).sum());
                assertEquals(expected, norm.get(0), 2e-6 * expected);
                double factor = clip > 0 && expected > clip ? clip / (expected + 1e-6) : 1;
                assertEquals(factor, norm.get(1), 2e-6 * factor);
            }
        }
    }

    @Test
    @Recorded(subject = "DyT and LayerNorm", part = "golden vectors")
    void goldenLayerVectors() {
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        Bench b = new Bench(device);
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
    void wrongKernelsAreFound(TornadoDevice device) {
        for (boolean constant : new boolean[] {false, true}) {
            Bench b = new Bench(device);
            Slice x = b.input(33);
            Slice y = b.output(33);
            b.run(s -> {
                if (constant) {
                    s.graph().task("copy", KernelTest::kConstant, y.array(), x.array(), 33);
                } else {
                    s.graph().task("copy", KernelTest::kOffByOne, y.array(), x.array(), 33);
                }
            });
            assertThrows(AssertionFailedError.class, () -> Bench.close("y", Bench.values(x), y, 0));
        }
    }
}
