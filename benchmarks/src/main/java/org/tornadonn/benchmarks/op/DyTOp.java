package org.tornadonn.benchmarks.op;

import static org.tornadonn.kernels.PointwiseKernel.Function.TANH;

import java.util.List;
import org.tornadonn.kernels.PointwiseKernel;
import org.tornadonn.kernels.Slice;

/** Dynamic Tanh: y = gamma tanh(alpha x) + beta. */
final class DyTOp {
    // Forward, per element: scale, tanh, multiply, add. Backward: scale, tanh, 1 - t², two products for u s, one for
    // dX, and a
    // product and a sum for dAlpha and dGamma each, a sum for dBeta.
    static final Op OP = new Op(
            "dyt",
            "rows x channels",
            Ladders.ROWS,
            List.of(
                    new Op.Pass(
                            "forward",
                            s -> 4 * (2 * Ladders.elements(s) + 2L * s[1] + 1),
                            s -> 4 * Ladders.elements(s),
                            DyTOp::forward),
                    new Op.Pass(
                            "backward",
                            s -> 4 * (3 * Ladders.elements(s) + 3L * s[1] + 2),
                            s -> 12 * Ladders.elements(s),
                            DyTOp::backward)));

    private DyTOp() {}

    private static Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(rows * c);
        Slice alpha = o.values(0.7f);
        Slice gamma = o.normal(c);
        Slice beta = o.normal(c);
        Slice y = o.output(rows * c);
        return new Op.Work(
                s -> PointwiseKernel.forward(s, "dyt", TANH, y, x, alpha, null, gamma, beta, rows, c),
                e -> e.sampled("y", y, rows * c, 1, i -> at(gamma, i % c) * tanh(alpha, x, i) + at(beta, i % c)));
    }

    private static Op.Work backward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(rows * c);
        Slice dY = o.normal(rows * c);
        Slice alpha = o.values(0.7f);
        Slice gamma = o.normal(c);
        Slice dX = o.output(rows * c);
        Slice dAlpha = o.output(1);
        Slice dGamma = o.output(c);
        Slice dBeta = o.output(c);
        return new Op.Work(
                s -> PointwiseKernel.backward(
                        s, "dyt", TANH, dX, dAlpha, null, dGamma, dBeta, dY, x, alpha, null, gamma, null, rows, c),
                e -> {
                    e.sampled("dX", dX, rows * c, 1, i -> at(alpha, 0) * slope(gamma, dY, alpha, x, i, c));
                    double sum = 0;
                    double squares = 0;
                    for (int i = 0; i < rows * c; i++) {
                        double term = slope(gamma, dY, alpha, x, i, c) * at(x, i);
                        sum += term;
                        squares += term * term;
                    }
                    // Terms of both signs cancel: the error goes with the root of their squares, not with the sum.
                    e.within("dAlpha", dAlpha, 0, sum, 2e-5 * Math.sqrt(squares));
                    for (int j : e.some(c)) {
                        double gammas = 0;
                        double betas = 0;
                        for (int i = j; i < rows * c; i += c) {
                            gammas += at(dY, i) * tanh(alpha, x, i);
                            betas += at(dY, i);
                        }
                        e.near("dGamma", dGamma, j, gammas, rows);
                        e.near("dBeta", dBeta, j, betas, rows);
                    }
                });
    }

    private static double at(Slice s, int i) {
        return s.array().get(s.offset() + i);
    }

    private static double tanh(Slice alpha, Slice x, int i) {
        return Math.tanh(at(alpha, 0) * at(x, i));
    }

    /** gamma dY (1 - tanh²). */
    private static double slope(Slice gamma, Slice dY, Slice alpha, Slice x, int i, int c) {
        double t = tanh(alpha, x, i);
        return at(gamma, i % c) * at(dY, i) * (1 - t * t);
    }
}
