package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.DepthwiseConvKernel;
import org.tornadonn.kernels.Slice;

/** The 7x7 depthwise convolution of ConvNeXt's blocks, channels last, zeros around. */
final class DepthwiseConvOp {
    private static final int K = 7;

    // Per output element and tap within the image a product and a sum; one for the bias or its gradient.
    static final Op OP = new Op(
            "depthwise",
            "batch x side x channels",
            Ladders.of(
                    List.of(Ladders.size(2, 5, 19)),
                    List.of(Ladders.size(64, 16, 96)),
                    List.of(Ladders.size(64, 16, 48), Ladders.size(64, 16, 96), Ladders.size(64, 4, 192)),
                    Ladders.size(256, 32, 96)),
            List.of(
                    new Op.Pass(
                            "forward", DepthwiseConvOp::bytes, DepthwiseConvOp::operations, DepthwiseConvOp::forward),
                    new Op.Pass(
                            "input",
                            s -> bytes(s) - 4L * s[2],
                            s -> operations(s) - s[1] * Ladders.elements(s),
                            DepthwiseConvOp::backwardInput),
                    new Op.Pass(
                            "weight",
                            DepthwiseConvOp::bytes,
                            DepthwiseConvOp::operations,
                            DepthwiseConvOp::backwardWeights)));

    private DepthwiseConvOp() {}

    private static int elements(int[] s) {
        return s[0] * s[1] * s[1] * s[2];
    }

    private static long bytes(int[] s) {
        return 4L * (2L * s[1] * Ladders.elements(s) + (K * K + 1L) * s[2]);
    }

    /** Pairs of a place and a tap along one side of an image that meet within it. */
    public static long taps(int side) {
        long pairs = 0;
        for (int tap = -K / 2; tap <= K / 2; tap++) {
            pairs += Math.max(0, side - Math.abs(tap));
        }
        return pairs;
    }

    private static long operations(int[] s) {
        return (2 * taps(s[1]) * taps(s[1]) + (long) s[1] * s[1]) * s[0] * s[2];
    }

    /** An element of a feature map, 0 outside. */
    private static double pixel(Slice x, int[] s, int image, int row, int column, int channel) {
        boolean inside = row >= 0 && row < s[1] && column >= 0 && column < s[1];
        return inside ? at(x, ((image * s[1] + row) * s[1] + column) * s[2] + channel) : 0;
    }

    /** The element that index i names, convolved; {@code turn} 1 or, for the gradient of the input, -1. */
    private static double convolved(Slice x, Slice w, int[] s, int i, int turn) {
        int channel = i % s[2];
        int column = i / s[2] % s[1];
        int row = i / s[2] / s[1] % s[1];
        int image = i / s[2] / s[1] / s[1];
        double sum = 0;
        for (int a = 0; a < K; a++) {
            for (int b = 0; b < K; b++) {
                double value = pixel(x, s, image, row + turn * (a - K / 2), column + turn * (b - K / 2), channel);
                sum += at(w, (channel * K + a) * K + b) * value;
            }
        }
        return sum;
    }

    private static Op.Work forward(Operands o, int[] s) {
        Slice x = o.normal(elements(s));
        Slice w = o.normal(K * K * s[2]);
        Slice bias = o.normal(s[2]);
        Slice y = o.output(elements(s));
        return new Op.Work(
                g -> DepthwiseConvKernel.forward(g, "conv", y, x, w, bias, s[0], s[1], s[2], K),
                e -> e.sampled("y", y, elements(s), K * K, i -> convolved(x, w, s, i, 1) + at(bias, i % s[2])));
    }

    private static Op.Work backwardInput(Operands o, int[] s) {
        Slice dY = o.normal(elements(s));
        Slice w = o.normal(K * K * s[2]);
        Slice dX = o.output(elements(s));
        return new Op.Work(
                g -> DepthwiseConvKernel.backwardInput(g, "conv", dX, dY, w, null, s[0], s[1], s[2], K),
                e -> e.sampled("dX", dX, elements(s), K * K, i -> convolved(dY, w, s, i, -1)));
    }

    private static Op.Work backwardWeights(Operands o, int[] s) {
        Slice dY = o.normal(elements(s));
        Slice x = o.normal(elements(s));
        Slice dW = o.output(K * K * s[2]);
        Slice dBias = o.output(s[2]);
        int terms = s[0] * s[1] * s[1];
        return new Op.Work(
                g -> DepthwiseConvKernel.backwardWeights(g, "conv", dW, dBias, dY, x, s[0], s[1], s[2], K), e -> {
                    e.sampled("dW", dW, K * K * s[2], terms, i -> {
                        int channel = i / (K * K);
                        int a = i / K % K - K / 2;
                        int b = i % K - K / 2;
                        double sum = 0;
                        for (int p = 0; p < terms; p++) {
                            int image = p / (s[1] * s[1]);
                            int row = p / s[1] % s[1];
                            int column = p % s[1];
                            sum += at(dY, p * s[2] + channel) * pixel(x, s, image, row + a, column + b, channel);
                        }
                        return sum;
                    });
                    e.sampled("dBias", dBias, s[2], terms, j -> {
                        double sum = 0;
                        for (int p = 0; p < terms; p++) {
                            sum += at(dY, p * s[2] + j);
                        }
                        return sum;
                    });
                });
    }
}
