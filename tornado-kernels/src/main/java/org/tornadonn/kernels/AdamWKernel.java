package org.tornadonn.kernels;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * AdamW with decoupled weight decay (arXiv 1711.05101, as PyTorch has it): g = clip grad; p -= lr decay p; m = β1 m + (1 - β1) g;
 * v = β2 v + (1 - β2) g²; p -= lr (m / (1 - β1ᵗ)) / (√(v / (1 - β2ᵗ)) + eps). The factor clip is {@link GradientNormKernel}'s; lr
 * has a factor, and decay a value, per {@link Group} of parameters. Where an average is kept, it moves after the step:
 * average += (1 - ema) (p - average).
 */
public final class AdamWKernel {
    private static final int BLOCK = 16384;

    /**
     * Consecutive parameters that are treated alike.
     *
     * @param size number of elements
     * @param rate factor of the learning rate
     * @param decay weight decay, 0 where exempt
     */
    public record Group(int size, float rate, float decay) {}

    private AdamWKernel() {}

    // A work-item, in Shape.GROUPS a work-group, owns the elements from starts[piece] to starts[piece + 1], all of one
    // Group.
    public static void kUpdate(
            FloatArray params,
            FloatArray m,
            FloatArray v,
            FloatArray grads,
            FloatArray norm,
            FloatArray groups,
            FloatArray hyper,
            IntArray starts,
            IntArray at,
            int t,
            int pieces,
            int averaged,
            float toward) {
        for (@Parallel int piece = 0; piece < pieces; piece++) {
            int p0 = at.get(t);
            int m0 = at.get(t + 1);
            int v0 = at.get(t + 2);
            int g0 = at.get(t + 3);
            int average0 = at.get(t + 4);
            float clip = norm.get(1);
            float lr = hyper.get(0) * groups.get(2 * piece);
            float shrink = lr * groups.get(2 * piece + 1);
            float beta1 = hyper.get(1);
            float beta2 = hyper.get(2);
            float eps = hyper.get(3);
            float correction1 = hyper.get(4);
            float correction2 = hyper.get(5);
            int first = starts.get(piece);
            int last = starts.get(piece + 1);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                float[] updated = new float[16];
                for (int l = 0; l < 16; l++) {
                    float g = clip * grads.get(g0 + i + l);
                    float mean = beta1 * m.get(m0 + i + l) + (1f - beta1) * g;
                    float square = beta2 * v.get(v0 + i + l) + (1f - beta2) * g * g;
                    m.set(m0 + i + l, mean);
                    v.set(v0 + i + l, square);
                    float p = params.get(p0 + i + l);
                    updated[l] = updated(p, mean, square, lr, shrink, correction1, correction2, eps);
                    params.set(p0 + i + l, updated[l]);
                }
                if (averaged == 1) {
                    for (int l = 0; l < 16; l++) {
                        float average = params.get(average0 + i + l);
                        params.set(average0 + i + l, average + toward * (updated[l] - average));
                    }
                }
            }
            for (int i = whole; i < last; i++) {
                float g = clip * grads.get(g0 + i);
                float mean = beta1 * m.get(m0 + i) + (1f - beta1) * g;
                float square = beta2 * v.get(v0 + i) + (1f - beta2) * g * g;
                m.set(m0 + i, mean);
                v.set(v0 + i, square);
                float p = params.get(p0 + i);
                float updated = updated(p, mean, square, lr, shrink, correction1, correction2, eps);
                params.set(p0 + i, updated);
                if (averaged == 1) {
                    float average = params.get(average0 + i);
                    params.set(average0 + i, average + toward * (updated - average));
                }
            }
        }
    }

    /** A parameter after its step, from its moments so far. */
    static float updated(
            float p,
            float mean,
            float square,
            float lr,
            float shrink,
            float correction1,
            float correction2,
            float eps) {
        float kept = p - shrink * p;
        return kept - lr * (mean / correction1 / (TornadoMath.sqrt(square / correction2) + eps));
    }

    /**
     * Updates params, m, v and the average in place, as many elements as the groups have together.
     *
     * @param average the average of params, behind them in the same array, or null
     * @param norm what {@link GradientNormKernel} gave for grads
     * @param hyper lr, β1, β2, eps, 1 - β1ᵗ, 1 - β2ᵗ
     * @param ema decay of the average
     */
    public static void update(
            Stage s,
            String id,
            Slice params,
            Slice m,
            Slice v,
            Slice average,
            Slice grads,
            FloatArray norm,
            List<Group> groups,
            FloatArray hyper,
            float ema) {
        if (average != null && average.array() != params.array()) {
            throw new IllegalArgumentException("the average is not in the array of the parameters");
        }
        int most = s.shape() == Shape.GROUPS ? 2 * Groups.ELEMENTS : BLOCK;
        List<Integer> starts = new ArrayList<>(List.of(0));
        List<Float> values = new ArrayList<>();
        for (Group group : groups) {
            int end = Math.addExact(starts.getLast(), group.size());
            while (starts.getLast() < end) {
                starts.add(Math.min(end, Math.addExact(starts.getLast(), most)));
                values.add(group.rate());
                values.add(group.decay());
            }
        }
        IntArray startsOfPieces = new IntArray(starts.size());
        for (int i = 0; i < starts.size(); i++) {
            startsOfPieces.set(i, starts.get(i));
        }
        FloatArray ofPieces = new FloatArray(values.size());
        for (int i = 0; i < values.size(); i++) {
            ofPieces.set(i, values.get(i));
        }
        int t = s.place(params, m, v, grads, average == null ? params : average);
        int pieces = starts.size() - 1;
        s.graph().transferToDevice(DataTransferMode.FIRST_EXECUTION, startsOfPieces, ofPieces);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.grid(pieces));
            s.graph()
                    .task(
                            id,
                            AdamWGroups::kUpdate,
                            new KernelContext(),
                            params.array(),
                            m.array(),
                            v.array(),
                            grads.array(),
                            norm,
                            ofPieces,
                            hyper,
                            startsOfPieces,
                            s.table(),
                            t,
                            average == null ? 0 : 1,
                            (float) (1.0 - ema));
            return;
        }
        s.graph()
                .task(
                        id,
                        AdamWKernel::kUpdate,
                        params.array(),
                        m.array(),
                        v.array(),
                        grads.array(),
                        norm,
                        ofPieces,
                        hyper,
                        startsOfPieces,
                        s.table(),
                        t,
                        pieces,
                        average == null ? 0 : 1,
                        (float) (1.0 - ema));
    }
}
