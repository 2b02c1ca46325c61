package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.TokenKernel;

/** The sequence of tokens from embedded patches: the class token before them, and positions. */
final class TokenOp {
    // A sum per element of the sequence.
    static final Op OP = new Op(
            "tokens",
            "batch x patches x channels",
            Ladders.of(
                    List.of(Ladders.size(3, 4, 17), Ladders.size(2, 3, 32)),
                    List.of(Ladders.size(64, 64, 192)),
                    List.of(Ladders.size(64, 64, 192))),
            List.of(
                    new Op.Pass("forward", TokenOp::bytes, TokenOp::elements, TokenOp::forward),
                    new Op.Pass("backward", TokenOp::bytes, TokenOp::elements, TokenOp::backward)));

    private TokenOp() {}

    private static long elements(int[] s) {
        return (long) s[0] * (s[1] + 1) * s[2];
    }

    private static long bytes(int[] s) {
        return 4 * (elements(s) + Ladders.elements(s) + (s[1] + 2L) * s[2]);
    }

    private static Op.Work forward(Operands o, int[] size) {
        int patches = size[1];
        int c = size[2];
        Slice embedded = o.normal((int) Ladders.elements(size));
        Slice cls = o.normal(c);
        Slice pos = o.normal((patches + 1) * c);
        Slice x = o.output((int) elements(size));
        return new Op.Work(
                s -> TokenKernel.forward(s, "tokens", x, embedded, cls, pos, size[0], patches, c),
                e -> e.sampled("x", x, (int) elements(size), 1, i -> {
                    int token = i / c % (patches + 1);
                    int image = i / c / (patches + 1);
                    double start =
                            token == 0 ? at(cls, i % c) : at(embedded, (image * patches + token - 1) * c + i % c);
                    return start + at(pos, token * c + i % c);
                }));
    }

    private static Op.Work backward(Operands o, int[] size) {
        int batch = size[0];
        int patches = size[1];
        int c = size[2];
        Slice dX = o.normal((int) elements(size));
        Slice dEmbedded = o.output((int) Ladders.elements(size));
        Slice dCls = o.output(c);
        Slice dPos = o.output((patches + 1) * c);
        return new Op.Work(s -> TokenKernel.backward(s, "tokens", dEmbedded, dCls, dPos, dX, batch, patches, c), e -> {
            e.sampled("dEmbedded", dEmbedded, (int) Ladders.elements(size), 1, i -> {
                int row = i / c;
                return at(dX, (row / patches * (patches + 1) + row % patches + 1) * c + i % c);
            });
            e.sampled("dCls", dCls, c, batch, j -> sum(dX, batch, (patches + 1) * c, j));
            e.sampled("dPos", dPos, (patches + 1) * c, batch, j -> sum(dX, batch, (patches + 1) * c, j));
        });
    }

    /** Of an element over all images. */
    private static double sum(Slice dX, int batch, int perImage, int element) {
        double sum = 0;
        for (int b = 0; b < batch; b++) {
            sum += at(dX, b * perImage + element);
        }
        return sum;
    }
}
