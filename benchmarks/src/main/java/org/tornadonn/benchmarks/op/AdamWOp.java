package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import java.util.function.Consumer;
import org.tornadonn.kernels.AdamWKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;

/** The optimiser's update of n parameters with a clipped gradient, also with the average of the parameters. */
final class AdamWOp {
    private static final float DECAY = 0.05f;
    private static final float CLIP = 0.25f;
    private static final float EMA = 0.99f;
    private static final float[] HYPER = {1e-3f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.001f};

    // Per parameter: one for the clipping, two for the decay, three and four for the moments, seven for the step; three
    // for the average. Four arrays read, three written; the average both; six hyperparameters and the factor that
    // clips.
    static final Op OP = new Op(
            "adamw",
            "parameters",
            Ladders.of(
                    List.of(Ladders.size(35)),
                    List.of(Ladders.size(2_693_578)),
                    List.of(Ladders.size(100_000), Ladders.size(2_693_578), Ladders.size(22_000_000))),
            List.of(
                    new Op.Pass("update", s -> 4 * (7L * s[0] + 7), s -> 17L * s[0], (o, s) -> update(o, s[0], false)),
                    new Op.Pass(
                            "update, average",
                            s -> 4 * (9L * s[0] + 7),
                            s -> 20L * s[0],
                            (o, s) -> update(o, s[0], true))));

    private AdamWOp() {}

    private static Op.Work update(Operands o, int n, boolean averaged) {
        Slice params = o.updated(o.normal(averaged ? 2 * n : n));
        Slice average = averaged ? new Slice(params.array(), n, 0) : null;
        Slice m = o.updated(o.normal(n));
        Slice v = o.updated(o.positive(n));
        Slice grads = o.normal(n);
        Slice hyper = o.values(HYPER);
        Slice norm = o.values(1 / CLIP, CLIP);
        List<AdamWKernel.Group> groups = List.of(new AdamWKernel.Group(n, 1f, DECAY));
        // The update overwrites its inputs, so the values before are kept where they are compared.
        int[] places = new Expectation().some(n);
        double[][] before = new double[places.length][];
        for (int i = 0; i < places.length; i++) {
            before[i] = new double[] {
                at(params, places[i]), at(m, places[i]), at(v, places[i]), averaged ? at(average, places[i]) : 0
            };
        }
        Consumer<Stage> update = s ->
                AdamWKernel.update(s, "adamw", params, m, v, average, grads, norm.array(), groups, hyper.array(), EMA);
        return new Op.Work(update, e -> {
            for (int i = 0; i < places.length; i++) {
                double g = CLIP * at(grads, places[i]);
                double mean = HYPER[1] * before[i][1] + (1 - HYPER[1]) * g;
                double square = HYPER[2] * before[i][2] + (1 - HYPER[2]) * g * g;
                double kept = before[i][0] * (1 - HYPER[0] * DECAY);
                double step = mean / HYPER[4] / (Math.sqrt(square / HYPER[5]) + HYPER[3]);
                e.near("m", m, places[i], mean, 1);
                e.near("v", v, places[i], square, 1);
                double updated = kept - HYPER[0] * step;
                e.near("params", params, places[i], updated, 1);
                if (averaged) {
                    e.near("average", average, places[i], EMA * before[i][3] + (1 - EMA) * updated, 1);
                }
            }
        });
    }
}
