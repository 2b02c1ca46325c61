package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link AdamWKernel} in {@link Shape#GROUPS}: a group has a piece. */
public final class AdamWGroups {
    private AdamWGroups() {}

    public static void kUpdate(
            KernelContext context,
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
            int averaged,
            float toward) {
        int piece = context.groupIdx;
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
        int last = starts.get(piece + 1);
        for (int i = starts.get(piece) + context.localIdx; i < last; i += 128) {
            float g = clip * grads.get(g0 + i);
            float mean = beta1 * m.get(m0 + i) + (1f - beta1) * g;
            float square = beta2 * v.get(v0 + i) + (1f - beta2) * g * g;
            float p = params.get(p0 + i);
            float updated = AdamWKernel.updated(p, mean, square, lr, shrink, correction1, correction2, eps);
            m.set(m0 + i, mean);
            v.set(v0 + i, square);
            params.set(p0 + i, updated);
            if (averaged == 1) {
                float average = params.get(average0 + i);
                params.set(average0 + i, average + toward * (updated - average));
            }
        }
    }
}
