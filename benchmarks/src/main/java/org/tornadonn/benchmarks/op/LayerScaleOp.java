package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.Arrays;
import java.util.List;
import org.tornadonn.kernels.LayerScaleKernel;
import org.tornadonn.kernels.Slice;

/**
 * The gradients of a linear layer with scaled outputs, as in ConvNeXt's blocks, from those of the layer as it is; forward is among
 * {@link LinearOp}'s.
 */
final class LayerScaleOp {
    // Per weight: a product for its gradient, one for the scaled weight, a product and a sum for dGamma. Per output:
    // a product for the bias's gradient; a product and a sum.
    static final Op OP = new Op(
            "layerscale",
            "out x in",
            Ladders.of(
                    List.of(Ladders.size(3, 17), Ladders.size(70, 32)),
                    List.of(Ladders.size(384, 1536)),
                    List.of(Ladders.size(48, 192), Ladders.size(384, 1536), Ladders.size(768, 3072))),
            List.of(new Op.Pass(
                    "backward",
                    s -> 4 * (4 * Ladders.elements(s) + 5L * s[0]),
                    s -> 4 * Ladders.elements(s) + 3L * s[0],
                    LayerScaleOp::backward)));

    private LayerScaleOp() {}

    private static Op.Work backward(Operands o, int[] size) {
        int c = size[0];
        int k = size[1];
        Slice grads = o.updated(o.normal(c * k + 2 * c));
        Slice dB = new Slice(grads.array(), c * k, 0);
        Slice dGamma = new Slice(grads.array(), c * k + c, 0);
        Slice w = o.normal(c * k);
        Slice b = o.normal(c);
        // Signs alone, so that gradients which are scaled in place again and again stay of their size.
        float[] signs = new float[c];
        for (int i = 0; i < c; i++) {
            signs[i] = i % 3 == 1 ? 1f : -1f;
        }
        Slice gamma = o.values(signs);
        Slice scaled = o.output(c * k);
        double[] before = new double[c * k + c];
        Arrays.setAll(before, i -> at(grads, i));
        return new Op.Work(
                s -> LayerScaleKernel.backward(s, "layerscale", grads, dB, dGamma, scaled, w, b, gamma, c, k), e -> {
                    e.sampled("dW", grads, c * k, 1, i -> at(gamma, i / k) * before[i]);
                    e.sampled("dB", dB, c, 1, i -> at(gamma, i) * before[c * k + i]);
                    e.sampled("scaled", scaled, c * k, 1, i -> at(gamma, i / k) * at(w, i));
                    e.sampled("dGamma", dGamma, c, k, i -> {
                        double sum = at(b, i) * before[c * k + i];
                        for (int j = 0; j < k; j++) {
                            sum += at(w, i * k + j) * before[i * k + j];
                        }
                        return sum;
                    });
                });
    }
}
