package org.tornadonn.kernels;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** What images become, from patches and convolutions to the pool, as {@link KernelTest} does. */
class ConvolutionTest {
    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "patches", part = "unfold, fold")
    void patches(TornadoDevice device, Shape shape) {
        for (PatchKernel.Layout layout : PatchKernel.Layout.values()) {
            boolean channelsFirst = layout == PatchKernel.Layout.CHANNELS_FIRST;
            Bench b = new Bench(device, shape);
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
            {1, 1, 1, 1},
            {2, 3, 4, 3},
            {1, 9, 17, 7},
            {3, 2, 16, 7},
            {1, 8, 32, 7},
            {70, 2, 3, 5},
            {1, 17, 3, 9},
            {55, 2, 130, 1}
        };
        return Bench.cases(shapes);
    }

    @ParameterizedTest(name = "{2} images of {3} x {3} x {4}, {5} x {5} in {1} on {0}")
    @MethodSource("convolutions")
    @Recorded(subject = "depthwise convolution", part = "forward, backward")
    void depthwise(TornadoDevice device, Shape shape, int batch, int side, int c, int k) {
        for (boolean skip : new boolean[] {false, true}) {
            Bench b = new Bench(device, shape);
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

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "class token and positions", part = "forward, backward")
    void tokens(TornadoDevice device, Shape shape) {
        int batch = 3;
        int patches = 5;
        int c = 19;
        Bench b = new Bench(device, shape);
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
    void pool(TornadoDevice device, Shape shape) {
        int batch = 3;
        int tokens = 11;
        int c = 19;
        for (int[] range : new int[][] {{0, tokens}, {1, tokens}, {0, 1}}) {
            Bench b = new Bench(device, shape);
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
}
