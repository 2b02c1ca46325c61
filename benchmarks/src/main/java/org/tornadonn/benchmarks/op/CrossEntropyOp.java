package org.tornadonn.benchmarks.op;

import java.util.List;
import org.tornadonn.kernels.CrossEntropyKernel;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Cross-entropy of soft targets with label smoothing, with the gradient of the logits in the same pass. */
final class CrossEntropyOp {
    private static final float SMOOTHING = 0.1f;

    // Per logit: two maxima, difference, exp, two sums, product and sum with the target, division, product and sum of
    // smoothing, difference, product.
    static final Op OP = new Op(
            "crossentropy",
            "batch x classes",
            Ladders.of(
                    List.of(Ladders.size(5, 7)),
                    List.of(Ladders.size(1024, 1000)),
                    List.of(Ladders.size(64, 10), Ladders.size(64, 1000), Ladders.size(1024, 1000))),
            List.of(new Op.Pass(
                    "forward+backward",
                    s -> 4 * (3 * Ladders.elements(s) + 3),
                    s -> 13 * Ladders.elements(s),
                    CrossEntropyOp::both)));

    private CrossEntropyOp() {}

    private static Op.Work both(Operands o, int[] size) {
        int batch = size[0];
        int classes = size[1];
        Slice logits = o.normal(batch * classes);
        FloatArray targets = o.oneHot(batch, classes);
        Slice dLogits = o.output(batch * classes);
        Slice metrics = o.output(3);
        return new Op.Work(
                s -> CrossEntropyKernel.forward(
                        s, "loss", dLogits, metrics.array(), logits, targets, batch, classes, SMOOTHING),
                e -> {
                    double total = 0;
                    for (int b = 0; b < batch; b++) {
                        double logSum = logSum(logits, b, classes);
                        for (int k = 0; k < classes; k++) {
                            total -= smoothed(targets, b * classes + k, classes)
                                    * (logits.array().get(b * classes + k) - logSum);
                        }
                    }
                    e.near("loss", metrics, 0, total, batch + classes);
                    e.near("counted", metrics, 2, batch, 1);
                    e.sampled("dLogits", dLogits, batch * classes, 1, i -> {
                        int b = i / classes;
                        double p = Math.exp(logits.array().get(i) - logSum(logits, b, classes));
                        return (p - smoothed(targets, i, classes)) / batch;
                    });
                });
    }

    private static double logSum(Slice logits, int b, int classes) {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += Math.exp(logits.array().get(b * classes + k));
        }
        return Math.log(sum);
    }

    private static double smoothed(FloatArray targets, int i, int classes) {
        return SMOOTHING / classes + (1 - SMOOTHING) * targets.get(i);
    }
}
