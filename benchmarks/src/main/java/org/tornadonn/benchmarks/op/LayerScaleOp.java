package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.LayerScaleKernel;
import org.tornadonn.kernels.Slice;

/** A residual branch scaled by channel, as in ConvNeXt's blocks. */
final class LayerScaleOp {
    // Forward, per element: a product and a sum. Backward: a product; a product and a sum for dGamma.
    static final Op OP = new Op(
            "layerscale",
            "rows x channels",
            Ladders.of(
                    List.of(Ladders.size(3, 17), Ladders.size(70, 32)),
                    List.of(Ladders.size(16384, 48)),
                    List.of(Ladders.size(16384, 48), Ladders.size(1024, 192))),
            List.of(
                    new Op.Pass(
                            "forward",
                            s -> 4 * (3 * Ladders.elements(s) + s[1]),
                            s -> 2 * Ladders.elements(s),
                            LayerScaleOp::forward),
                    new Op.Pass(
                            "backward",
                            s -> 4 * (3 * Ladders.elements(s) + 2L * s[1]),
                            s -> 3 * Ladders.elements(s),
                            LayerScaleOp::backward)));

    private LayerScaleOp() {}

    private static Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice x = o.normal(rows * c);
        Slice branch = o.normal(rows * c);
        Slice gamma = o.normal(c);
        Slice y = o.output(rows * c);
        return new Op.Work(
                s -> LayerScaleKernel.forward(s, "layerscale", y, x, branch, gamma, rows, c),
                e -> e.sampled("y", y, rows * c, 1, i -> at(x, i) + at(gamma, i % c) * at(branch, i)));
    }

    private static Op.Work backward(Operands o, int[] size) {
        int rows = size[0];
        int c = size[1];
        Slice dY = o.normal(rows * c);
        Slice branch = o.normal(rows * c);
        Slice gamma = o.normal(c);
        Slice dBranch = o.output(rows * c);
        Slice dGamma = o.output(c);
        return new Op.Work(
                s -> LayerScaleKernel.backward(s, "layerscale", dBranch, dGamma, dY, branch, gamma, rows, c), e -> {
                    e.sampled("dBranch", dBranch, rows * c, 1, i -> at(gamma, i % c) * at(dY, i));
                    e.sampled("dGamma", dGamma, c, rows, j -> {
                        double sum = 0;
                        for (int i = j; i < rows * c; i += c) {
                            sum += at(dY, i) * at(branch, i);
                        }
                        return sum;
                    });
                });
    }
}
