package org.tornadonn.benchmarks.op;

import java.util.List;
import java.util.function.Consumer;
import org.tornadonn.kernels.AdamWKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;

/** The optimiser's update of n parameters. 2,693,578 are those of the ViT that training steps are measured with. */
final class AdamWOp {
    private static final float DECAY = 0.05f;
    private static final float[] HYPER = {1e-3f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.001f};

    // Per parameter: one for the clipping, two for the decay, three and four for the moments, seven for the step. Four
    // arrays read, three written.
    static final Op OP = new Op(
            "adamw",
            "parameters",
            Ladders.of(
                    List.of(Ladders.size(35)),
                    List.of(Ladders.size(2_693_578)),
                    List.of(Ladders.size(100_000), Ladders.size(2_693_578), Ladders.size(22_000_000))),
            List.of(new Op.Pass("update", s -> 4L * 7 * s[0], s -> 17L * s[0], AdamWOp::update)));

    private AdamWOp() {}

    private static Op.Work update(Operands o, int[] size) {
        int n = size[0];
        Slice params = o.updated(o.normal(n));
        Slice m = o.updated(o.normal(n));
        Slice v = o.updated(o.positive(n));
        Slice grads = o.normal(n);
        Slice hyper = o.values(HYPER);
        Slice norm = o.values(1f, 1f);
        List<AdamWKernel.Group> groups = List.of(new AdamWKernel.Group(n, 1f, DECAY));
        // The update overwrites its inputs, so the values before are kept where they are compared.
        int[] places = new Expectation().some(n);
        double[][] before = new double[places.length][];
        for (int i = 0; i < places.length; i++) {
            before[i] = new double[] {at(params, places[i]), at(m, places[i]), at(v, places[i])};
        }
        Consumer<Stage> update =
                s -> AdamWKernel.update(s, "adamw", params, m, v, null, grads, norm.array(), groups, hyper.array(), 0f);
        return new Op.Work(update, e -> {
            for (int i = 0; i < places.length; i++) {
                double g = at(grads, places[i]);
                double mean = HYPER[1] * before[i][1] + (1 - HYPER[1]) * g;
                double square = HYPER[2] * before[i][2] + (1 - HYPER[2]) * g * g;
                double kept = before[i][0] * (1 - HYPER[0] * DECAY);
                double step = mean / HYPER[4] / (Math.sqrt(square / HYPER[5]) + HYPER[3]);
                e.near("m", m, places[i], mean, 1);
                e.near("v", v, places[i], square, 1);
                e.near("params", params, places[i], kept - HYPER[0] * step, 1);
            }
        });
    }

    private static double at(Slice s, int i) {
        return s.array().get(s.offset() + i);
    }
}
