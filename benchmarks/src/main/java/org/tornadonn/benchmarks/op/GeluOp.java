package org.tornadonn.benchmarks.op;

import java.util.List;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.Slice;

/** The exact GELU: y = x Φ(x). */
final class GeluOp {
    // Forward: scale, erf, add, two products. Backward: four for Φ; square, scale, exp, two products, sum, product with
    // dY.
    static final Op OP = new Op(
            "gelu",
            "rows x channels",
            Ladders.of(
                    List.of(Ladders.size(3, 17)),
                    List.of(Ladders.size(8192, 768)),
                    List.of(Ladders.size(256, 768), Ladders.size(4160, 768), Ladders.size(8192, 768)),
                    Ladders.size(65536, 1024)),
            List.of(
                    new Op.Pass(
                            "forward", s -> 4 * 2 * Ladders.elements(s), s -> 5 * Ladders.elements(s), GeluOp::forward),
                    new Op.Pass(
                            "backward",
                            s -> 4 * 3 * Ladders.elements(s),
                            s -> 11 * Ladders.elements(s),
                            GeluOp::backward)));

    private GeluOp() {}

    private static Op.Work forward(Operands o, int[] size) {
        int n = size[0] * size[1];
        Slice x = o.normal(n, 2);
        Slice y = o.output(n);
        return new Op.Work(
                s -> GeluKernel.forward(s, "gelu", GeluKernel.Form.EXACT, y, x, n),
                e -> e.sampled(
                        "y", y, n, 1, i -> x.array().get(i) * normal(x.array().get(i))));
    }

    private static Op.Work backward(Operands o, int[] size) {
        int n = size[0] * size[1];
        Slice x = o.normal(n, 2);
        Slice dY = o.normal(n);
        Slice dX = o.output(n);
        return new Op.Work(
                s -> GeluKernel.backward(s, "gelu", GeluKernel.Form.EXACT, dX, dY, x, n),
                e -> e.sampled(
                        "dX", dX, n, 1, i -> dY.array().get(i) * slope(x.array().get(i))));
    }

    /** GELU's derivative. */
    static double slope(double x) {
        return normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Φ by Simpson's rule on its density. */
    static double normal(double x) {
        int steps = 400;
        double h = x / steps;
        double sum = 1 + Math.exp(-x * x / 2);
        for (int i = 1; i < steps; i++) {
            sum += (i % 2 == 1 ? 4 : 2) * Math.exp(-i * h * i * h / 2);
        }
        return 0.5 + sum * h / 3 / Math.sqrt(2 * Math.PI);
    }
}
