package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.DropPathKernel;
import org.tornadonn.kernels.Slice;

/** A residual branch with a factor for each sample, zero for a fifth of them. */
final class DropPathOp {
    // Forward, per element: a product and the residual's sum. Backward: a product.
    static final Op OP = new Op(
            "droppath",
            "batch x tokens x channels",
            Ladders.TOKENS,
            List.of(
                    new Op.Pass(
                            "forward",
                            s -> 4 * (3 * Ladders.elements(s) + s[0]),
                            s -> 2 * Ladders.elements(s),
                            (o, s) -> work(o, s, true)),
                    new Op.Pass(
                            "backward",
                            s -> 4 * (2 * Ladders.elements(s) + s[0]),
                            Ladders::elements,
                            (o, s) -> work(o, s, false))));

    private DropPathOp() {}

    private static Op.Work work(Operands o, int[] size, boolean hasResidual) {
        int perSample = size[1] * size[2];
        int n = size[0] * perSample;
        float[] drawn = new float[size[0]];
        for (int b = 0; b < drawn.length; b++) {
            drawn[b] = b % 5 == 1 ? 0f : 1.25f;
        }
        Slice factors = o.values(drawn);
        Slice x = o.normal(n);
        Slice residual = hasResidual ? o.normal(n) : null;
        Slice y = o.output(n);
        return new Op.Work(
                s -> DropPathKernel.scale(s, "droppath", y, x, residual, factors, size[0] * size[1], size[1], size[2]),
                e -> e.sampled(
                        "y",
                        y,
                        n,
                        1,
                        i -> at(factors, i / perSample) * at(x, i) + (hasResidual ? at(residual, i) : 0)));
    }
}
