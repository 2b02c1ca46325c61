package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.RmsNorm;
import org.tornadonn.kernels.Slice;

/** Root mean square normalisation over the channels of a row. */
final class RmsNormOp {
    private static final float EPS = 1e-6f;

    // Forward, per element: a square and a sum; two products. Backward: x̂ by one, g by one, two for its mean, four for
    // dX, two for
    // dGamma.
    static Op of(DType type) {
        RmsNormOp op = new RmsNormOp(type);
        return new Op(
                "rmsnorm" + Ladders.suffix(type),
                "rows x channels",
                Ladders.rows(type),
                List.of(
                        new Op.Pass(
                                "forward",
                                s -> 2 * type.bytes() * Ladders.elements(s) + 4 * (s[0] + s[1]),
                                s -> 4 * Ladders.elements(s),
                                op::forward),
                        new Op.Pass(
                                "backward",
                                s -> 3 * type.bytes() * Ladders.elements(s) + 4 * (s[0] + 2L * s[1]),
                                s -> 10 * Ladders.elements(s),
                                op::backward)));
    }

    private final DType type;

    private RmsNormOp(DType type) {
        this.type = type;
    }

    private static double rstd(Slice x, int row, int c) {
        double square = 0;
        for (int j = 0; j < c; j++) {
            square += Math.pow(at(x, row * c + j), 2) / c;
        }
        return 1 / Math.sqrt(square + EPS);
    }

    private Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(type, rows * c);
        Slice gamma = o.normal(c);
        Slice y = o.output(type, rows * c);
        Slice rstd = o.output(rows);
        return new Op.Work(s -> RmsNorm.forward(s, "rmsnorm", y, rstd, x, gamma, rows, c, EPS), e -> {
            for (int row : e.some(rows)) {
                double r = rstd(x, row, c);
                e.near("rstd", rstd, row, r, c);
                for (int j : e.some(c)) {
                    int i = row * c + j;
                    e.near("y", y, i, at(gamma, j) * at(x, i) * r, c);
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
        float[] rstds = new float[rows];
        for (int row = 0; row < rows; row++) {
            rstds[row] = (float) rstd(x, row, c);
        }
        Slice rstd = o.values(rstds);
        Slice dX = o.output(type, rows * c);
        Slice dGamma = o.output(c);
        return new Op.Work(s -> RmsNorm.backward(s, "rmsnorm", dX, dGamma, dY, x, gamma, rstd, null, rows, c), e -> {
            for (int row : e.some(rows)) {
                double meanGx = 0;
                for (int j = 0; j < c; j++) {
                    int i = row * c + j;
                    meanGx += at(gamma, j) * at(dY, i) * at(x, i) * rstds[row] / c;
                }
                for (int j : e.some(c)) {
                    int i = row * c + j;
                    double g = at(gamma, j) * at(dY, i);
                    e.near("dX", dX, i, rstds[row] * (g - at(x, i) * rstds[row] * meanGx), 4 * c);
                }
            }
            for (int j : e.some(c)) {
                double sum = 0;
                for (int row = 0; row < rows; row++) {
                    sum += at(dY, row * c + j) * at(x, row * c + j) * rstds[row];
                }
                e.near("dGamma", dGamma, j, sum, rows);
            }
        });
    }
}
