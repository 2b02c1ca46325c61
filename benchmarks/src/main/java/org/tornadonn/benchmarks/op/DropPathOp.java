package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.DropPathKernel;
import org.tornadonn.kernels.Slice;

/** The gradient of a residual branch with a factor for each sample, zero for a fifth of them; forward is among {@link LinearOp}'s. */
final class DropPathOp {
    // Per element a product.
    static final Op OP = new Op(
            "droppath",
            "batch x tokens x channels",
            Ladders.TOKENS,
            List.of(new Op.Pass(
                    "backward", s -> 4 * (2 * Ladders.elements(s) + s[0]), Ladders::elements, DropPathOp::backward)));

    private DropPathOp() {}

    private static Op.Work backward(Operands o, int[] size) {
        int perSample = size[1] * size[2];
        int n = size[0] * perSample;
        float[] drawn = new float[size[0]];
        for (int b = 0; b < drawn.length; b++) {
            drawn[b] = b % 5 == 1 ? 0f : 1.25f;
        }
        Slice factors = o.values(drawn);
        Slice dY = o.normal(n);
        Slice dX = o.output(n);
        return new Op.Work(
                s -> DropPathKernel.backward(s, "droppath", dX, dY, factors, size[0] * size[1], size[1], size[2]),
                e -> e.sampled("dX", dX, n, 1, i -> at(factors, i / perSample) * at(dY, i)));
    }
}
