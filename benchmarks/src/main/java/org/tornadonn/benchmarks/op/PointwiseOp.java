package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.Pointwise;
import org.tornadonn.kernels.PointwiseKernel.Function;
import org.tornadonn.kernels.Slice;

/** What stands point-wise in place of a norm: y = gamma f(z) + beta with z = alpha x, or with a shift z = alpha x + shift. */
final class PointwiseOp {
    // Forward, per element: scale, tanh, multiply, add. Backward: scale, tanh, 1 - t², two products for u s, one for
    // dX, and a product and a sum for dAlpha and dGamma each, a sum for dBeta.
    static Op dyt(DType type) {
        return new PointwiseOp(type, Function.TANH, false, Math::tanh, z -> 1 - Math.pow(Math.tanh(z), 2))
                .op("dyt" + Ladders.suffix(type), Ladders.rows(type), 4, 12);
    }

    // Forward: scale, shift, erf, multiply, add. Backward: scale, shift, erf; for its derivative square, sign, exp and
    // a
    // product; then as DyT, and a sum for dShift.
    static final Op DERF = new PointwiseOp(
                    DType.FLOAT32,
                    Function.ERF,
                    true,
                    z -> 2 * GeluOp.normal(z * Math.sqrt(2)) - 1,
                    z -> 2 / Math.sqrt(Math.PI) * Math.exp(-z * z))
            .op(
                    "derf",
                    Ladders.of(
                            Ladders.ROWS.tiny(),
                            List.of(Ladders.size(8192, 768)),
                            List.of(Ladders.size(4160, 192), Ladders.size(8192, 768))),
                    5,
                    16);

    private final DType type;
    private final Function f;
    private final boolean hasShift;
    private final DoubleUnaryOperator value;
    private final DoubleUnaryOperator slope;

    private PointwiseOp(
            DType type, Function f, boolean hasShift, DoubleUnaryOperator value, DoubleUnaryOperator slope) {
        this.type = type;
        this.f = f;
        this.hasShift = hasShift;
        this.value = value;
        this.slope = slope;
    }

    /** @param forward operations per element */
    private Op op(String name, Op.Sizes sizes, int forward, int backward) {
        int scalars = hasShift ? 2 : 1;
        return new Op(
                name,
                "rows x channels",
                sizes,
                List.of(
                        new Op.Pass(
                                "forward",
                                s -> 2 * type.bytes() * Ladders.elements(s) + 4 * (2L * s[1] + scalars),
                                s -> forward * Ladders.elements(s),
                                this::forward),
                        new Op.Pass(
                                "backward",
                                s -> 3 * type.bytes() * Ladders.elements(s) + 4 * (3L * s[1] + 2 * scalars),
                                s -> backward * Ladders.elements(s),
                                this::backward)));
    }

    /** The inputs of both directions. */
    private record Inputs(Slice x, Slice alpha, Slice shift, Slice gamma) {
        double z(int i) {
            return at(alpha, 0) * at(x, i) + (shift == null ? 0 : at(shift, 0));
        }
    }

    private Inputs inputs(Operands o, int rows, int c) {
        return new Inputs(o.normal(type, rows * c), o.values(0.7f), hasShift ? o.values(0.2f) : null, o.normal(c));
    }

    private Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Inputs in = inputs(o, rows, c);
        Slice beta = o.normal(c);
        Slice y = o.output(type, rows * c);
        return new Op.Work(
                s -> Pointwise.forward(s, "pointwise", f, y, in.x, in.alpha, in.shift, in.gamma, beta, rows, c),
                e -> e.sampled(
                        "y",
                        y,
                        rows * c,
                        1,
                        i -> at(in.gamma, i % c) * value.applyAsDouble(in.z(i)) + at(beta, i % c)));
    }

    private Op.Work backward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Inputs in = inputs(o, rows, c);
        Slice dY = o.normal(type, rows * c);
        Slice dX = o.output(type, rows * c);
        Slice dAlpha = o.output(1);
        Slice dShift = hasShift ? o.output(1) : null;
        Slice dGamma = o.output(c);
        Slice dBeta = o.output(c);
        return new Op.Work(
                s -> Pointwise.backward(
                        s,
                        "pointwise",
                        f,
                        dX,
                        dAlpha,
                        dShift,
                        dGamma,
                        dBeta,
                        dY,
                        in.x,
                        in.alpha,
                        in.shift,
                        in.gamma,
                        null,
                        rows,
                        c),
                e -> {
                    e.sampled("dX", dX, rows * c, 1, i -> at(in.alpha, 0) * upstream(in, dY, i, c));
                    // Terms of both signs cancel: the error goes with the root of their squares, not with the sum.
                    double alphas = 0;
                    double alphaSquares = 0;
                    double shifts = 0;
                    double shiftSquares = 0;
                    for (int i = 0; i < rows * c; i++) {
                        double term = upstream(in, dY, i, c);
                        shifts += term;
                        shiftSquares += term * term;
                        term *= at(in.x, i);
                        alphas += term;
                        alphaSquares += term * term;
                    }
                    e.within("dAlpha", dAlpha, 0, alphas, 2e-5 * Math.sqrt(alphaSquares));
                    if (hasShift) {
                        e.within("dShift", dShift, 0, shifts, 2e-5 * Math.sqrt(shiftSquares));
                    }
                    for (int j : e.some(c)) {
                        double gammas = 0;
                        double betas = 0;
                        for (int i = j; i < rows * c; i += c) {
                            gammas += at(dY, i) * value.applyAsDouble(in.z(i));
                            betas += at(dY, i);
                        }
                        e.near("dGamma", dGamma, j, gammas, rows);
                        e.near("dBeta", dBeta, j, betas, rows);
                    }
                });
    }

    /** gamma dY f'(z). */
    private double upstream(Inputs in, Slice dY, int i, int c) {
        return at(in.gamma, i % c) * at(dY, i) * slope.applyAsDouble(in.z(i));
    }
}
