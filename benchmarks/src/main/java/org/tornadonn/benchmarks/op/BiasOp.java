package org.tornadonn.benchmarks.op;

import java.util.List;
import org.tornadonn.kernels.BiasKernel;
import org.tornadonn.kernels.Slice;

/** The gradient of a bias: sums of columns. (Forward adds it inside the matrix product.) */
final class BiasOp {
    static final Op OP = new Op(
            "bias",
            "rows x channels",
            Ladders.of(
                    List.of(Ladders.size(70, 33)),
                    List.of(Ladders.size(4160, 768)),
                    List.of(Ladders.size(4160, 192), Ladders.size(4160, 768), Ladders.size(8192, 768))),
            List.of(new Op.Pass(
                    "backward", s -> 4 * (Ladders.elements(s) + s[1]), s -> Ladders.elements(s), BiasOp::backward)));

    private BiasOp() {}

    private static Op.Work backward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice dY = o.normal(rows * c);
        Slice dB = o.output(c);
        return new Op.Work(
                s -> BiasKernel.backward(s, "bias", dB, dY, rows, c),
                e -> e.sampled("dB", dB, c, rows, j -> {
                    double sum = 0;
                    for (int row = 0; row < rows; row++) {
                        sum += dY.array().get(row * c + j);
                    }
                    return sum;
                }));
    }
}
