package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * AdamW with decoupled weight decay (arXiv 1711.05101, as PyTorch has it): p -= lr decay p; m = β1 m + (1 - β1) g; v = β2 v + (1 -
 * β2) g²; p -= lr (m / (1 - β1ᵗ)) / (√(v / (1 - β2ᵗ)) + eps). The decay is given per element, 0 where exempt.
 */
public final class AdamWKernel {
    private static final int BLOCK = 16384;

    private AdamWKernel() {}

    public static void kUpdate(
            FloatArray params,
            FloatArray m,
            FloatArray v,
            FloatArray grads,
            FloatArray decay,
            FloatArray hyper,
            IntArray at,
            int t,
            int blocks,
            int n,
            int perBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int p0 = at.get(t);
            int m0 = at.get(t + 1);
            int v0 = at.get(t + 2);
            int g0 = at.get(t + 3);
            int d0 = at.get(t + 4);
            float lr = hyper.get(0);
            float beta1 = hyper.get(1);
            float beta2 = hyper.get(2);
            float eps = hyper.get(3);
            float correction1 = hyper.get(4);
            float correction2 = hyper.get(5);
            int first = block * perBlock;
            int last = Math.min(n, first + perBlock);
            int whole = first + (last - first) / 16 * 16;
            for (int i = first; i < whole; i += 16) {
                for (int l = 0; l < 16; l++) {
                    float g = grads.get(g0 + i + l);
                    float mean = beta1 * m.get(m0 + i + l) + (1f - beta1) * g;
                    float square = beta2 * v.get(v0 + i + l) + (1f - beta2) * g * g;
                    m.set(m0 + i + l, mean);
                    v.set(v0 + i + l, square);
                    float p = params.get(p0 + i + l);
                    float kept = p - lr * decay.get(d0 + i + l) * p;
                    float step = mean / correction1 / (TornadoMath.sqrt(square / correction2) + eps);
                    params.set(p0 + i + l, kept - lr * step);
                }
            }
            for (int i = whole; i < last; i++) {
                float g = grads.get(g0 + i);
                float mean = beta1 * m.get(m0 + i) + (1f - beta1) * g;
                float square = beta2 * v.get(v0 + i) + (1f - beta2) * g * g;
                m.set(m0 + i, mean);
                v.set(v0 + i, square);
                float p = params.get(p0 + i);
                float kept = p - lr * decay.get(d0 + i) * p;
                float step = mean / correction1 / (TornadoMath.sqrt(square / correction2) + eps);
                params.set(p0 + i, kept - lr * step);
            }
        }
    }

    /** Updates params, m and v [n] in place; hyper = {lr, β1, β2, eps, 1 - β1ᵗ, 1 - β2ᵗ}. */
    public static void update(
            Stage s, String id, Slice params, Slice m, Slice v, Slice grads, Slice decay, FloatArray hyper, int n) {
        int t = s.place(params, m, v, grads, decay);
        s.graph()
                .task(
                        id,
                        AdamWKernel::kUpdate,
                        params.array(),
                        m.array(),
                        v.array(),
                        grads.array(),
                        decay.array(),
                        hyper,
                        s.table(),
                        t,
                        Rows.divideUp(n, BLOCK),
                        n,
                        BLOCK);
    }
}
