package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import org.tornadonn.kernels.DropoutKernel;
import org.tornadonn.kernels.Slice;

/** Dropout of a tenth; its mask is computed, not stored. */
final class DropoutOp {
    private static final long KEY = 0x1234_5678_9abc_def0L;
    private static final float RATE = 0.1f;

    // Per element a product; the random number counts as one.
    static final Op OP = new Op(
            "dropout",
            "rows x channels",
            Ladders.ROWS,
            List.of(new Op.Pass(
                    "forward",
                    s -> 4 * (2 * Ladders.elements(s) + DropoutKernel.KEY),
                    s -> 2 * Ladders.elements(s),
                    DropoutOp::forward)));

    private DropoutOp() {}

    private static Op.Work forward(Operands o, int[] size) {
        int n = size[0] * size[1];
        Slice x = o.normal(n);
        Slice key = o.values(new float[DropoutKernel.KEY]);
        DropoutKernel.setKey(key, KEY, 0);
        Slice y = o.output(n);
        return new Op.Work(
                s -> DropoutKernel.drop(s, "dropout", y, x, key, n, RATE),
                e -> e.sampled("y", y, n, 1, i -> stays(i) ? at(x, i) / (1 - RATE) : 0));
    }

    private static boolean stays(int i) {
        int random = lowbias32(lowbias32(i ^ (int) (KEY >>> 32)) ^ (int) KEY);
        return (random >>> 8) / (double) (1 << 24) >= RATE;
    }

    private static int lowbias32(int n) {
        int h = (n ^ n >>> 16) * 0x7feb352d;
        h = (h ^ h >>> 15) * 0x846ca68b;
        return h ^ h >>> 16;
    }
}
