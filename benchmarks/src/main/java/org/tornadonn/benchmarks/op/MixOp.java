package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.MixKernel;
import org.tornadonn.kernels.Slice;

/** Mixup of a batch in place: every pixel of every image. */
final class MixOp {
    private static final float KEPT = 0.75f;

    // Per pixel: two products and their sum.
    static final Op OP = new Op(
            "mix",
            "batch x channels x side",
            Ladders.of(
                    List.of(Ladders.size(6, 3, 17)),
                    List.of(Ladders.size(64, 3, 32)),
                    List.of(Ladders.size(64, 3, 32), Ladders.size(32, 3, 224))),
            List.of(new Op.Pass(
                    "forward", s -> 4 * (2 * pixels(s) + MixKernel.PARAMETERS), s -> 3 * pixels(s), MixOp::forward)));

    private MixOp() {}

    private static long pixels(int[] s) {
        return Ladders.elements(s) * s[2];
    }

    private static Op.Work forward(Operands o, int[] size) {
        int n = (int) pixels(size);
        int image = n / size[0];
        Slice images = o.updated(o.normal(n));
        Slice mix = o.values(KEPT, 0, 0, size[2], size[2]);
        int[] places = new Expectation().some(n);
        double[] mixed = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            int partner = places[i] + (places[i] / image % 2 == 0 ? image : -image);
            mixed[i] = KEPT * at(images, places[i]) + (1 - KEPT) * at(images, partner);
        }
        return new Op.Work(s -> MixKernel.mix(s, "mix", images, mix, size[0], size[1], size[2]), e -> {
            for (int i = 0; i < places.length; i++) {
                e.near("images", images, places[i], mixed[i], 1);
            }
        });
    }
}
