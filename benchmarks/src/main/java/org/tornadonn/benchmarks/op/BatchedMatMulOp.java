package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.Slice;

/** A batch of products [m, k] by [k, n], each operand as it is or transposed; the size is that of the scores of a ViT's heads. */
final class BatchedMatMulOp {
    static final Op OP = new Op(
            "batchedmatmul",
            "batch x m x n x k",
            Ladders.of(
                    List.of(Ladders.size(3, 5, 7, 6)),
                    List.of(Ladders.size(192, 65, 65, 64)),
                    List.of(Ladders.size(192, 65, 65, 64))),
            List.of(pass("NN", false, false), pass("NT", false, true), pass("TN", true, false)));

    private BatchedMatMulOp() {}

    private static Op.Pass pass(String name, boolean transposeA, boolean transposeB) {
        return new Op.Pass(
                name,
                s -> 4L * s[0] * ((long) s[1] * s[3] + (long) s[3] * s[2] + (long) s[1] * s[2]),
                s -> 2 * Ladders.elements(s),
                (o, s) -> work(o, s, transposeA, transposeB));
    }

    private static Op.Work work(Operands o, int[] s, boolean transposeA, boolean transposeB) {
        int m = s[1];
        int n = s[2];
        int k = s[3];
        Slice a = o.normal(s[0] * m * k);
        Slice b = o.normal(s[0] * k * n);
        Slice c = o.output(s[0] * m * n);
        return new Op.Work(
                g -> MatMulKernel.batched(g, "product", c, a, transposeA, b, transposeB, s[0], m, n, k),
                e -> e.sampled("c", c, s[0] * m * n, k, i -> {
                    int product = i / (m * n);
                    int row = i / n % m;
                    int column = i % n;
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        double x = at(a, product * m * k + (transposeA ? p * m + row : row * k + p));
                        double y = at(b, product * k * n + (transposeB ? column * k + p : p * n + column));
                        sum += x * y;
                    }
                    return sum;
                }));
    }
}
