package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.Arrays;
import java.util.List;
import org.tornadonn.kernels.AccumulateKernel;
import org.tornadonn.kernels.Slice;

/** The gradients of a part of a batch, added to the mean of the parts before. */
final class AccumulateOp {
    private static final float KEEP = 0.75f;
    private static final float WEIGHT = 0.25f;

    // Per gradient two products and a sum.
    static final Op OP = new Op(
            "accumulate",
            "parameters",
            Ladders.PARAMETERS,
            List.of(new Op.Pass("add", s -> 4 * (3L * s[0] + 2), s -> 3L * s[0], AccumulateOp::add)));

    private AccumulateOp() {}

    private static Op.Work add(Operands o, int[] size) {
        int n = size[0];
        Slice mean = o.updated(o.normal(n));
        Slice grads = o.normal(n);
        Slice factors = o.values(KEEP, WEIGHT);
        // The sum overwrites an input, so the values before are kept where they are compared.
        int[] places = new Expectation().some(n);
        double[] before = Arrays.stream(places).mapToDouble(i -> at(mean, i)).toArray();
        return new Op.Work(s -> AccumulateKernel.add(s, "accumulate", mean, grads, factors.array(), n), e -> {
            for (int i = 0; i < places.length; i++) {
                e.near("mean", mean, places[i], KEEP * before[i] + WEIGHT * at(grads, places[i]), 1);
            }
        });
    }
}
