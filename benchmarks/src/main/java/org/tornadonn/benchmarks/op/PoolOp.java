package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.PoolKernel;
import org.tornadonn.kernels.Slice;

/** The mean of all tokens. */
final class PoolOp {
    // Forward: a sum per element, a division per output. Backward: a product per element.
    static final Op OP = new Op(
            "pool",
            "batch x tokens x channels",
            Ladders.TOKENS,
            List.of(
                    new Op.Pass(
                            "forward", PoolOp::bytes, s -> Ladders.elements(s) + (long) s[0] * s[2], PoolOp::forward),
                    new Op.Pass("backward", PoolOp::bytes, Ladders::elements, PoolOp::backward)));

    private PoolOp() {}

    private static long bytes(int[] s) {
        return 4 * (Ladders.elements(s) + (long) s[0] * s[2]);
    }

    private static Op.Work forward(Operands o, int[] size) {
        int tokens = size[1];
        int c = size[2];
        Slice x = o.normal(size[0] * tokens * c);
        Slice y = o.output(size[0] * c);
        return new Op.Work(
                s -> PoolKernel.forward(s, "pool", y, x, size[0], tokens, c, 0, tokens),
                e -> e.sampled("y", y, size[0] * c, tokens, i -> {
                    double sum = 0;
                    for (int t = 0; t < tokens; t++) {
                        sum += at(x, (i / c * tokens + t) * c + i % c);
                    }
                    return sum / tokens;
                }));
    }

    private static Op.Work backward(Operands o, int[] size) {
        int tokens = size[1];
        int c = size[2];
        Slice dY = o.normal(size[0] * c);
        Slice dX = o.output(size[0] * tokens * c);
        return new Op.Work(
                s -> PoolKernel.backward(s, "pool", dX, dY, size[0], tokens, c, 0, tokens),
                e -> e.sampled("dX", dX, size[0] * tokens * c, 1, i -> at(dY, i / c / tokens * c + i % c) / tokens));
    }
}
