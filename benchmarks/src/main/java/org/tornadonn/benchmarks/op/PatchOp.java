package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.PatchKernel;
import org.tornadonn.kernels.Slice;

/** Images as rows of patches, as a stem has them, and the way back, as the gradient of a layer between stages has it. */
final class PatchOp {
    // Elements are moved; nothing is computed.
    static final Op OP = new Op(
            "patches",
            "batch x channels x side x patch",
            Ladders.of(
                    List.of(Ladders.size(2, 3, 6, 3)),
                    List.of(Ladders.size(64, 3, 32, 4)),
                    List.of(Ladders.size(64, 3, 32, 4), Ladders.size(64, 48, 16, 2))),
            List.of(
                    new Op.Pass("unfold", PatchOp::bytes, _ -> 0, PatchOp::unfold),
                    new Op.Pass("fold", PatchOp::bytes, _ -> 0, PatchOp::fold)));

    private PatchOp() {}

    private static int elements(int[] s) {
        return s[0] * s[1] * s[2] * s[2];
    }

    private static long bytes(int[] s) {
        return 8L * s[0] * s[1] * s[2] * s[2];
    }

    /** Where an element of the patches is in the images: {image, channel, row, column}. */
    private static int[] pixel(int[] s, int i) {
        int across = s[2] / s[3];
        int x = i % s[3];
        int y = i / s[3] % s[3];
        int channel = i / s[3] / s[3] % s[1];
        int place = i / s[3] / s[3] / s[1];
        int patch = place % (across * across);
        return new int[] {place / (across * across), channel, patch / across * s[3] + y, patch % across * s[3] + x};
    }

    private static Op.Work unfold(Operands o, int[] s) {
        Slice images = o.normal(elements(s));
        Slice patches = o.output(elements(s));
        return new Op.Work(
                g -> PatchKernel.unfold(
                        g, "patches", patches, images, PatchKernel.Layout.CHANNELS_FIRST, s[0], s[1], s[2], s[3]),
                e -> e.sampled("patches", patches, elements(s), 1, i -> {
                    int[] p = pixel(s, i);
                    return at(images, ((p[0] * s[1] + p[1]) * s[2] + p[2]) * s[2] + p[3]);
                }));
    }

    private static Op.Work fold(Operands o, int[] s) {
        Slice patches = o.normal(elements(s));
        Slice images = o.output(elements(s));
        return new Op.Work(
                g -> PatchKernel.fold(
                        g, "patches", images, patches, PatchKernel.Layout.CHANNELS_LAST, s[0], s[1], s[2], s[3]),
                e -> {
                    for (int i : e.some(elements(s))) {
                        int[] p = pixel(s, i);
                        int to = ((p[0] * s[2] + p[2]) * s[2] + p[3]) * s[1] + p[1];
                        e.near("images", images, to, at(patches, i), 1);
                    }
                });
    }
}
