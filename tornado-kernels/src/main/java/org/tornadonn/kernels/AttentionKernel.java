package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Multi-head self-attention (arXiv 1706.03762, eq. 1): o = softmax(q kᵀ / √d) v per image and head. qkv [B T, 3 H d] holds all
 * q heads, then all k heads, then all v heads; o [B T, H d]. Saves lse [B, H, T], the logarithm of the sum of the exponentials of
 * the scaled scores; backward computes the probabilities p again: dV = pᵀ dO, dS = p (dO vᵀ - Σ dO ⊙ o) / √d, dQ = dS k, dK =
 * dSᵀ q. The T x T matrix is never in global memory.
 *
 * <p>A work-item owns one image and head, so nothing is summed across work-items.
 */
public final class AttentionKernel {
    private AttentionKernel() {}

    public static void kForward(
            KernelContext context,
            FloatArray o,
            FloatArray lse,
            FloatArray qkv,
            IntArray at,
            int t,
            int tokens,
            int heads,
            int headDim,
            int padded,
            float scale) {
        float[] keys = context.allocateFloatLocalArray(headDim * padded);
        float[] p = context.allocateFloatLocalArray(padded);
        int item = context.globalIdx;
        int image = item / heads;
        int head = item % heads;
        int width = heads * headDim;
        int q0 = at.get(t + 2) + image * tokens * 3 * width + head * headDim;
        int o0 = at.get(t) + image * tokens * width + head * headDim;
        int lse0 = at.get(t + 1) + item * tokens;
        int whole = headDim / 16 * 16;
        for (int d = 0; d < headDim; d++) {
            for (int j = 0; j < padded; j++) {
                keys[d * padded + j] = qkv.get(q0 + Math.min(j, tokens - 1) * 3 * width + width + d);
            }
        }
        for (int i = 0; i < tokens; i++) {
            float[] most = new float[16];
            for (int l = 0; l < 16; l++) {
                most[l] = -1e30f;
            }
            for (int j = 0; j < padded; j += 16) {
                float[] sums = new float[16];
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                }
                for (int d = 0; d < headDim; d++) {
                    float q = qkv.get(q0 + i * 3 * width + d);
                    for (int l = 0; l < 16; l++) {
                        sums[l] += q * keys[d * padded + j + l];
                    }
                }
                // Keys past the end repeat the last one, so they do not change the maximum.
                for (int l = 0; l < 16; l++) {
                    float score = sums[l] * scale;
                    p[j + l] = score;
                    most[l] = Math.max(most[l], score);
                }
            }
            float maximum = most[0];
            for (int l = 1; l < 16; l++) {
                maximum = Math.max(maximum, most[l]);
            }
            for (int j = 0; j < padded; j += 16) {
                for (int l = 0; l < 16; l++) {
                    p[j + l] = TornadoMath.exp(p[j + l] - maximum);
                }
            }
            float sum = 0f;
            for (int j = 0; j < tokens; j++) {
                sum += p[j];
            }
            lse.set(lse0 + i, maximum + TornadoMath.log(sum));
            for (int d = 0; d < whole; d += 16) {
                float[] out = new float[16];
                for (int l = 0; l < 16; l++) {
                    out[l] = 0f;
                }
                for (int j = 0; j < tokens; j++) {
                    float weight = p[j];
                    int v = q0 + j * 3 * width + 2 * width + d;
                    for (int l = 0; l < 16; l++) {
                        out[l] += weight * qkv.get(v + l);
                    }
                }
                for (int l = 0; l < 16; l++) {
                    o.set(o0 + i * width + d + l, out[l] / sum);
                }
            }
            for (int d = whole; d < headDim; d++) {
                float out = 0f;
                for (int j = 0; j < tokens; j++) {
                    out += p[j] * qkv.get(q0 + j * 3 * width + 2 * width + d);
                }
                o.set(o0 + i * width + d, out / sum);
            }
        }
    }

    public static void kBackward(
            KernelContext context,
            FloatArray dQkv,
            FloatArray dO,
            FloatArray qkv,
            FloatArray o,
            FloatArray lse,
            IntArray at,
            int t,
            int tokens,
            int heads,
            int headDim,
            int padded,
            float scale) {
        float[] keys = context.allocateFloatLocalArray(headDim * padded);
        float[] values = context.allocateFloatLocalArray(headDim * padded);
        float[] p = context.allocateFloatLocalArray(padded);
        float[] dS = context.allocateFloatLocalArray(padded);
        int item = context.globalIdx;
        int image = item / heads;
        int head = item % heads;
        int width = heads * headDim;
        int row = 3 * width;
        int dQ0 = at.get(t) + image * tokens * row + head * headDim;
        int dO0 = at.get(t + 1) + image * tokens * width + head * headDim;
        int q0 = at.get(t + 2) + image * tokens * row + head * headDim;
        int o0 = at.get(t + 3) + image * tokens * width + head * headDim;
        int lse0 = at.get(t + 4) + item * tokens;
        int whole = headDim / 16 * 16;
        for (int d = 0; d < headDim; d++) {
            for (int j = 0; j < padded; j++) {
                int k = q0 + Math.min(j, tokens - 1) * row + width + d;
                keys[d * padded + j] = qkv.get(k);
                values[d * padded + j] = qkv.get(k + width);
            }
        }
        for (int j = 0; j < tokens; j++) {
            for (int d = 0; d < headDim; d++) {
                dQkv.set(dQ0 + j * row + width + d, 0f);
                dQkv.set(dQ0 + j * row + 2 * width + d, 0f);
            }
        }
        for (int i = 0; i < tokens; i++) {
            float delta = 0f;
            for (int d = 0; d < headDim; d++) {
                delta += dO.get(dO0 + i * width + d) * o.get(o0 + i * width + d);
            }
            float shift = lse.get(lse0 + i);
            for (int j = 0; j < padded; j += 16) {
                float[] scores = new float[16];
                float[] dP = new float[16];
                for (int l = 0; l < 16; l++) {
                    scores[l] = 0f;
                    dP[l] = 0f;
                }
                for (int d = 0; d < headDim; d++) {
                    float q = qkv.get(q0 + i * row + d);
                    float up = dO.get(dO0 + i * width + d);
                    for (int l = 0; l < 16; l++) {
                        scores[l] += q * keys[d * padded + j + l];
                        dP[l] += up * values[d * padded + j + l];
                    }
                }
                for (int l = 0; l < 16; l++) {
                    float probability = TornadoMath.exp(scores[l] * scale - shift);
                    p[j + l] = probability;
                    dS[j + l] = probability * (dP[l] - delta) * scale;
                }
            }
            for (int d = 0; d < whole; d += 16) {
                float[] dQ = new float[16];
                for (int l = 0; l < 16; l++) {
                    dQ[l] = 0f;
                }
                for (int j = 0; j < tokens; j++) {
                    float s = dS[j];
                    float weight = p[j];
                    int k = q0 + j * row + width + d;
                    int dK = dQ0 + j * row + width + d;
                    int dV = dK + width;
                    int q = q0 + i * row + d;
                    int up = dO0 + i * width + d;
                    for (int l = 0; l < 16; l++) {
                        dQ[l] += s * qkv.get(k + l);
                    }
                    for (int l = 0; l < 16; l++) {
                        dQkv.set(dK + l, dQkv.get(dK + l) + s * qkv.get(q + l));
                    }
                    for (int l = 0; l < 16; l++) {
                        dQkv.set(dV + l, dQkv.get(dV + l) + weight * dO.get(up + l));
                    }
                }
                for (int l = 0; l < 16; l++) {
                    dQkv.set(dQ0 + i * row + d + l, dQ[l]);
                }
            }
            for (int d = whole; d < headDim; d++) {
                float dQ = 0f;
                for (int j = 0; j < tokens; j++) {
                    int k = dQ0 + j * row + width + d;
                    dQ += dS[j] * qkv.get(q0 + j * row + width + d);
                    dQkv.set(k, dQkv.get(k) + dS[j] * qkv.get(q0 + i * row + d));
                    dQkv.set(k + width, dQkv.get(k + width) + p[j] * dO.get(dO0 + i * width + d));
                }
                dQkv.set(dQ0 + i * row + d, dQ);
            }
        }
    }

    private static int padded(int tokens) {
        return Rows.divideUp(tokens, 16) * 16;
    }

    private static float scale(int headDim) {
        return (float) (1 / Math.sqrt(headDim));
    }

    private static WorkerGrid grid(int batch, int heads) {
        WorkerGrid grid = new WorkerGrid1D(batch * heads);
        grid.setLocalWork(1, 1, 1);
        return grid;
    }

    /** o [batch tokens, heads headDim] and lse [batch, heads, tokens] from qkv [batch tokens, 3 heads headDim]. */
    public static void forward(
            Stage s, String id, Slice o, Slice lse, Slice qkv, int batch, int tokens, int heads, int headDim) {
        int t = s.place(o, lse, qkv);
        s.grid(id, grid(batch, heads));
        s.graph()
                .task(
                        id,
                        AttentionKernel::kForward,
                        new KernelContext(),
                        o.array(),
                        lse.array(),
                        qkv.array(),
                        s.table(),
                        t,
                        tokens,
                        heads,
                        headDim,
                        padded(tokens),
                        scale(headDim));
    }

    /** dQkv like qkv, from dO like o, and qkv, o, lse of forward. */
    public static void backward(
            Stage s,
            String id,
            Slice dQkv,
            Slice dO,
            Slice qkv,
            Slice o,
            Slice lse,
            int batch,
            int tokens,
            int heads,
            int headDim) {
        int t = s.place(dQkv, dO, qkv, o, lse);
        s.grid(id, grid(batch, heads));
        s.graph()
                .task(
                        id,
                        AttentionKernel::kBackward,
                        new KernelContext(),
                        dQkv.array(),
                        dO.array(),
                        qkv.array(),
                        o.array(),
                        lse.array(),
                        s.table(),
                        t,
                        tokens,
                        heads,
                        headDim,
                        padded(tokens),
                        scale(headDim));
    }
}
