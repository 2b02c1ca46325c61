package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.GradientNormKernel;
import org.tornadonn.kernels.Slice;

/** The global norm of n gradients and the factor that clips them. */
final class GradientNormOp {
    private static final float CLIP = 1f;

    // Per gradient a square and a sum.
    static final Op OP = new Op(
            "gradientnorm",
            "parameters",
            Ladders.PARAMETERS,
            List.of(new Op.Pass("norm", s -> 4 * (s[0] + 2L), s -> 2L * s[0], GradientNormOp::norm)));

    private GradientNormOp() {}

    private static Op.Work norm(Operands o, int[] size) {
        int n = size[0];
        Slice grads = o.normal(n);
        Slice norm = o.output(2);
        return new Op.Work(s -> GradientNormKernel.norm(s, "gradientnorm", norm.array(), grads, n, CLIP), e -> {
            double squares = 0;
            for (int i = 0; i < n; i++) {
                squares += at(grads, i) * at(grads, i);
            }
            // All terms are positive: the error does not grow with their number.
            e.near("norm", norm, 0, Math.sqrt(squares), 16);
            e.near("factor", norm, 1, Math.min(1, CLIP / (Math.sqrt(squares) + 1e-6)), 16);
        });
    }
}
