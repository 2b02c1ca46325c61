package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.LayerNorm;
import org.tornadonn.kernels.Slice;

/** Layer normalisation over the channels of a row. */
final class LayerNormOp {
    private static final float EPS = 1e-6f;

    // Forward, per element: a sum for the mean; difference, square, sum; two products and a sum. Backward: x̂ by two, g
    // by one,
    // three for its two means, four for dX, two for dGamma, one for dBeta.
    static Op of(DType type) {
        LayerNormOp op = new LayerNormOp(type);
        return new Op(
                "layernorm" + Ladders.suffix(type),
                "rows x channels",
                Ladders.rows(type),
                List.of(
                        new Op.Pass(
                                "forward",
                                s -> 2 * type.bytes() * Ladders.elements(s) + 4 * (2L * s[0] + 2L * s[1]),
                                s -> 7 * Ladders.elements(s),
                                op::forward),
                        new Op.Pass(
                                "backward",
                                s -> 3 * type.bytes() * Ladders.elements(s) + 4 * (2L * s[0] + 3L * s[1]),
                                s -> 13 * Ladders.elements(s),
                                op::backward)));
    }

    private final DType type;

    private LayerNormOp(DType type) {
        this.type = type;
    }

    private static double[] statistics(Slice x, int row, int c) {
        double mean = 0;
        double variance = 0;
        for (int j = 0; j < c; j++) {
            mean += at(x, row * c + j) / c;
        }
        for (int j = 0; j < c; j++) {
            variance += Math.pow(at(x, row * c + j) - mean, 2) / c;
        }
        return new double[] {mean, 1 / Math.sqrt(variance + EPS)};
    }

    private Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(type, rows * c);
        Slice gamma = o.normal(c);
        Slice beta = o.normal(c);
        Slice y = o.output(type, rows * c);
        Slice mean = o.output(rows);
        Slice rstd = o.output(rows);
        return new Op.Work(s -> LayerNorm.forward(s, "layernorm", y, mean, rstd, x, gamma, beta, rows, c, EPS), e -> {
            for (int row : e.some(rows)) {
                double[] m = statistics(x, row, c);
                e.near("mean", mean, row, m[0], c);
                e.near("rstd", rstd, row, m[1], c);
                for (int j : e.some(c)) {
                    int i = row * c + j;
                    e.near("y", y, i, at(gamma, j) * (at(x, i) - m[0]) * m[1] + at(beta, j), c);
                }
            }
        });
    }

    private Op.Work backward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(type, rows * c);
        Slice dY = o.normal(type, rows * c);
        Slice gamma = o.normal(c);
        float[] means = new float[rows];
        float[] rstds = new float[rows];
        for (int row = 0; row < rows; row++) {
            double[] m = statistics(x, row, c);
            means[row] = (float) m[0];
            rstds[row] = (float) m[1];
        }
        Slice mean = o.values(means);
        Slice rstd = o.values(rstds);
        Slice dX = o.output(type, rows * c);
        Slice dGamma = o.output(c);
        Slice dBeta = o.output(c);
        return new Op.Work(
                s -> LayerNorm.backward(s, "layernorm", dX, dGamma, dBeta, dY, x, gamma, mean, rstd, null, rows, c),
                e -> {
                    for (int row : e.some(rows)) {
                        double meanG = 0;
                        double meanGx = 0;
                        for (int j = 0; j < c; j++) {
                            double g = at(gamma, j) * at(dY, row * c + j);
                            meanG += g / c;
                            meanGx += g * unit(x, means, rstds, row, row * c + j) / c;
                        }
                        for (int j : e.some(c)) {
                            int i = row * c + j;
                            double g = at(gamma, j) * at(dY, i);
                            double expected = rstds[row] * (g - meanG - unit(x, means, rstds, row, i) * meanGx);
                            e.near("dX", dX, i, expected, 4 * c);
                        }
                    }
                    for (int j : e.some(c)) {
                        double gammas = 0;
                        double betas = 0;
                        for (int row = 0; row < rows; row++) {
                            int i = row * c + j;
                            gammas += at(dY, i) * unit(x, means, rstds, row, i);
                            betas += at(dY, i);
                        }
                        e.near("dGamma", dGamma, j, gammas, rows);
                        e.near("dBeta", dBeta, j, betas, rows);
                    }
                });
    }

    private static double unit(Slice x, float[] means, float[] rstds, int row, int i) {
        return (at(x, i) - means[row]) * rstds[row];
    }
}
