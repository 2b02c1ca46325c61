package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.SoftmaxKernel;

/** Softmax over a row. */
final class SoftmaxOp {
    // Forward, per element: a maximum; a difference, exp and a sum; a product. Backward: two for the sum of products,
    // two for dX.
    static final Op OP = new Op(
            "softmax",
            "rows x channels",
            Ladders.ROWS,
            List.of(
                    new Op.Pass(
                            "forward",
                            s -> 4 * 2 * Ladders.elements(s),
                            s -> 5 * Ladders.elements(s),
                            SoftmaxOp::forward),
                    new Op.Pass(
                            "backward",
                            s -> 4 * 3 * Ladders.elements(s),
                            s -> 4 * Ladders.elements(s),
                            SoftmaxOp::backward)));

    private SoftmaxOp() {}

    private static double sum(Slice x, int row, int c) {
        double sum = 0;
        for (int j = 0; j < c; j++) {
            sum += Math.exp(at(x, row * c + j));
        }
        return sum;
    }

    private static Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(rows * c);
        Slice y = o.output(rows * c);
        return new Op.Work(s -> SoftmaxKernel.forward(s, "softmax", y, x, rows, c), e -> {
            for (int row : e.some(rows)) {
                double sum = sum(x, row, c);
                for (int j : e.some(c)) {
                    e.near("y", y, row * c + j, Math.exp(at(x, row * c + j)) / sum, 4);
                }
            }
        });
    }

    private static Op.Work backward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice y = o.normal(rows * c);
        Slice dY = o.normal(rows * c);
        Slice dX = o.output(rows * c);
        return new Op.Work(s -> SoftmaxKernel.backward(s, "softmax", dX, dY, y, rows, c), e -> {
            for (int row : e.some(rows)) {
                double product = 0;
                for (int j = 0; j < c; j++) {
                    product += at(dY, row * c + j) * at(y, row * c + j);
                }
                for (int j : e.some(c)) {
                    int i = row * c + j;
                    e.near("dX", dX, i, at(y, i) * (at(dY, i) - product), 4 * c);
                }
            }
        });
    }
}
