package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.Slice;

/** A linear layer's products with what follows them in the same kernel. */
final class LinearOp {
    private static final GeluKernel.Form EXACT = GeluKernel.Form.EXACT;

    /** Rows that have a factor of their own. */
    private static final int SAMPLE = 13;

    // After the product, per output: two sums; two sums and two products; a sum and GELU's five; eleven of GELU's
    // gradient (see GeluOp).
    static final Op OP = new Op(
            "linear",
            "rows x in x out",
            Ladders.of(
                    List.of(Ladders.size(3, 5, 7), Ladders.size(19, 33, 35)),
                    List.of(Ladders.size(4160, 192, 768)),
                    List.of(Ladders.size(4160, 192, 768))),
            List.of(
                    new Op.Pass(
                            "bias, residual",
                            s -> 4 * (operands(s) + (long) s[0] * s[2] + s[2]),
                            s -> 2 * Ladders.elements(s) + 2L * s[0] * s[2],
                            LinearOp::residual),
                    new Op.Pass(
                            "bias, scale, factors, residual",
                            s -> 4 * (operands(s) + (long) s[0] * s[2] + 2L * s[2] + samples(s[0])),
                            s -> 2 * Ladders.elements(s) + 4L * s[0] * s[2],
                            LinearOp::scaled),
                    new Op.Pass(
                            "bias, gelu",
                            s -> 4 * (operands(s) + (long) s[0] * s[2] + s[2]),
                            s -> 2 * Ladders.elements(s) + 6L * s[0] * s[2],
                            LinearOp::gelu),
                    new Op.Pass(
                            "input, gelu's gradient",
                            s -> 4 * (operands(s) + (long) s[0] * s[1]),
                            s -> 2 * Ladders.elements(s) + 11L * s[0] * s[1],
                            LinearOp::geluGradient)));

    private LinearOp() {}

    /** Elements of the product's two factors and its result. */
    private static long operands(int[] s) {
        return (long) s[0] * s[1] + (long) s[1] * s[2] + (long) s[0] * s[2];
    }

    private static int samples(int rows) {
        return (rows + SAMPLE - 1) / SAMPLE;
    }

    /** Element i of x wᵀ + b. */
    private static double layer(Slice x, Slice w, Slice b, int in, int out, int i) {
        double sum = at(b, i % out);
        for (int k = 0; k < in; k++) {
            sum += at(x, i / out * in + k) * at(w, i % out * in + k);
        }
        return sum;
    }

    private static Op.Work residual(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice x = o.normal(rows * in);
        Slice w = o.normal(out * in);
        Slice b = o.normal(out);
        Slice before = o.normal(rows * out);
        Slice y = o.output(rows * out);
        Epilogue e = Epilogue.NONE.withBias(b).withResidual(before);
        return new Op.Work(
                s -> MatMulKernel.linear(s, "linear", y, x, w, e, rows, in, out),
                c -> c.sampled("y", y, rows * out, in, i -> layer(x, w, b, in, out, i) + at(before, i)));
    }

    private static Op.Work scaled(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice x = o.normal(rows * in);
        Slice w = o.normal(out * in);
        Slice b = o.normal(out);
        Slice gamma = o.normal(out);
        Slice factors = o.positive(samples(rows));
        Slice before = o.normal(rows * out);
        Slice y = o.output(rows * out);
        Epilogue e = Epilogue.NONE
                .withBias(b)
                .withScale(gamma)
                .withFactors(factors, SAMPLE)
                .withResidual(before);
        return new Op.Work(
                s -> MatMulKernel.linear(s, "linear", y, x, w, e, rows, in, out),
                c -> c.sampled("y", y, rows * out, in, i -> {
                    double scale = at(gamma, i % out) * at(factors, i / out / SAMPLE);
                    return scale * layer(x, w, b, in, out, i) + at(before, i);
                }));
    }

    private static Op.Work gelu(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice x = o.normal(rows * in);
        Slice w = o.normal(out * in);
        Slice b = o.normal(out);
        Slice hidden = o.output(rows * out);
        Slice y = o.output(rows * out);
        Epilogue e = Epilogue.NONE.withBias(b).withGelu(EXACT, y);
        return new Op.Work(s -> MatMulKernel.linear(s, "linear", hidden, x, w, e, rows, in, out), c -> {
            for (int i : c.some(rows * out)) {
                double v = layer(x, w, b, in, out, i);
                c.near("hidden", hidden, i, v, in);
                c.near("y", y, i, v * GeluOp.normal(v), in);
            }
        });
    }

    private static Op.Work geluGradient(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice dY = o.normal(rows * out);
        Slice w = o.normal(out * in);
        Slice hidden = o.normal(rows * in);
        Slice dHidden = o.output(rows * in);
        Epilogue e = Epilogue.NONE.withGeluGradient(EXACT, hidden);
        return new Op.Work(
                s -> MatMulKernel.linearBackwardInput(s, "linear", dHidden, dY, w, e, rows, in, out),
                c -> c.sampled("dHidden", dHidden, rows * in, out, i -> {
                    double sum = 0;
                    for (int k = 0; k < out; k++) {
                        sum += at(dY, i / in * out + k) * at(w, k * in + i % in);
                    }
                    return sum * GeluOp.slope(at(hidden, i));
                }));
    }
}
