package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
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
 * dSᵀ q. The T x T matrix is never in global memory. Causal attention gives a token those before it and itself.
 *
 * <p>A work-item owns one image and head, so nothing is summed across work-items. It takes eight queries at a time: eight rows of
 * scores in local memory, eight vectors of sums in registers.
 */
public final class AttentionKernel {
    private AttentionKernel() {}

    public static void kForward(
            KernelContext context,
            @Stored FloatArray o,
            FloatArray lse,
            @Stored FloatArray qkv,
            IntArray at,
            int t,
            int tokens,
            int heads,
            int headDim,
            int padded,
            int causal,
            float scale) {
        float[] keys = context.allocateFloatLocalArray(headDim * padded);
        float[] p = context.allocateFloatLocalArray(8 * padded);
        int item = context.globalIdx;
        int image = item / heads;
        int head = item % heads;
        int width = heads * headDim;
        int row = 3 * width;
        int q0 = at.get(t + 2) + image * tokens * row + head * headDim;
        int o0 = at.get(t) + image * tokens * width + head * headDim;
        int lse0 = at.get(t + 1) + item * tokens;
        int whole = headDim / 16 * 16;
        for (int j = 0; j < padded; j++) {
            for (int d = 0; d < headDim; d++) {
                keys[d * padded + j] = qkv.get(q0 + Math.min(j, tokens - 1) * row + width + d);
            }
        }
        for (int first = 0; first < tokens; first += 8) {
            int height = Math.min(8, tokens - first);
            // Keys that some of these queries attend to, and whole vectors of them.
            int reach = Math.min(tokens, first + 8 + (1 - causal) * tokens);
            int reached = (reach + 15) / 16 * 16;
            for (int j = 0; j < reached; j += 16) {
                float[] sums = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        sums[r * 16 + l] = 0f;
                    }
                }
                for (int d = 0; d < headDim; d++) {
                    for (int r = 0; r < 8; r++) {
                        // Rows past the end repeat the last one and are not stored.
                        float q = qkv.get(q0 + Math.min(first + r, tokens - 1) * row + d);
                        for (int l = 0; l < 16; l++) {
                            sums[r * 16 + l] += q * keys[d * padded + j + l];
                        }
                    }
                }
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        p[r * padded + j + l] = sums[r * 16 + l] * scale;
                    }
                }
            }
            float[] total = new float[8];
            for (int r = 0; r < height; r++) {
                for (int j = first + r + 1 + (1 - causal) * padded; j < reached; j++) {
                    p[r * padded + j] = -1e30f;
                }
                // Keys past the end repeat the last one, so they do not change the maximum.
                float[] most = new float[16];
                for (int l = 0; l < 16; l++) {
                    most[l] = -1e30f;
                }
                for (int j = 0; j < reached; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        most[l] = Lanes.larger(p[r * padded + j + l], most[l]);
                    }
                }
                float maximum = Lanes.maximum(most);
                for (int j = 0; j < reached; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        p[r * padded + j + l] = TornadoMath.exp(p[r * padded + j + l] - maximum);
                    }
                }
                for (int j = tokens; j < reached; j++) {
                    p[r * padded + j] = 0f;
                }
                float[] sums = new float[16];
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                }
                for (int j = 0; j < reached; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        sums[l] += p[r * padded + j + l];
                    }
                }
                total[r] = Lanes.sum(sums);
                lse.set(lse0 + first + r, maximum + TornadoMath.log(total[r]));
            }
            for (int d = 0; d < whole; d += 16) {
                float[] sums = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        sums[r * 16 + l] = 0f;
                    }
                }
                for (int j = 0; j < reach; j++) {
                    int v = q0 + j * row + 2 * width + d;
                    for (int r = 0; r < 8; r++) {
                        float weight = p[r * padded + j];
                        for (int l = 0; l < 16; l++) {
                            sums[r * 16 + l] += weight * qkv.get(v + l);
                        }
                    }
                }
                // A second array, because the sums stay in registers only while their indices are constants.
                float[] tile = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        tile[r * 16 + l] = sums[r * 16 + l];
                    }
                }
                for (int r = 0; r < height; r++) {
                    float inverse = 1f / total[r];
                    for (int l = 0; l < 16; l++) {
                        o.set(o0 + (first + r) * width + d + l, tile[r * 16 + l] * inverse);
                    }
                }
            }
            for (int d = whole; d < headDim; d++) {
                for (int r = 0; r < height; r++) {
                    float out = 0f;
                    for (int j = 0; j < reach; j++) {
                        out += p[r * padded + j] * qkv.get(q0 + j * row + 2 * width + d);
                    }
                    o.set(o0 + (first + r) * width + d, out / total[r]);
                }
            }
        }
    }

    public static void kBackward(
            KernelContext context,
            FloatArray dQkv,
            @Stored FloatArray dO,
            @Stored FloatArray qkv,
            @Stored FloatArray o,
            FloatArray lse,
            IntArray at,
            int t,
            int tokens,
            int heads,
            int headDim,
            int padded,
            int causal,
            float scale) {
        float[] keys = context.allocateFloatLocalArray(headDim * padded);
        float[] values = context.allocateFloatLocalArray(headDim * padded);
        float[] p = context.allocateFloatLocalArray(8 * padded);
        float[] dS = context.allocateFloatLocalArray(8 * padded);
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
        for (int j = 0; j < padded; j++) {
            for (int d = 0; d < headDim; d++) {
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
        for (int first = 0; first < tokens; first += 8) {
            int height = Math.min(8, tokens - first);
            int reach = Math.min(tokens, first + 8 + (1 - causal) * tokens);
            int reached = (reach + 15) / 16 * 16;
            float[] shift = new float[8];
            float[] delta = new float[8];
            for (int r = 0; r < 8; r++) {
                // The probabilities of rows past the end, which repeat the last one, become 0.
                shift[r] = r < height ? lse.get(lse0 + first + r) : 1e30f;
                int i = Math.min(first + r, tokens - 1) * width;
                float[] sums = new float[16];
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                }
                for (int d = 0; d < whole; d += 16) {
                    for (int l = 0; l < 16; l++) {
                        sums[l] += dO.get(dO0 + i + d + l) * o.get(o0 + i + d + l);
                    }
                }
                float rest = 0f;
                for (int d = whole; d < headDim; d++) {
                    rest += dO.get(dO0 + i + d) * o.get(o0 + i + d);
                }
                delta[r] = rest + Lanes.sum(sums);
            }
            for (int j = 0; j < reached; j += 16) {
                float[] scores = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        scores[r * 16 + l] = 0f;
                    }
                }
                for (int d = 0; d < headDim; d++) {
                    for (int r = 0; r < 8; r++) {
                        float q = qkv.get(q0 + Math.min(first + r, tokens - 1) * row + d);
                        for (int l = 0; l < 16; l++) {
                            scores[r * 16 + l] += q * keys[d * padded + j + l];
                        }
                    }
                }
                for (int r = 0; r < 8; r++) {
                    float s = shift[r];
                    for (int l = 0; l < 16; l++) {
                        p[r * padded + j + l] = TornadoMath.exp(scores[r * 16 + l] * scale - s);
                    }
                }
                for (int r = 0; r < 8; r++) {
                    for (int m = Math.max(j, first + r + 1 + (1 - causal) * padded); m < j + 16; m++) {
                        p[r * padded + m] = 0f;
                    }
                }
                float[] dP = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        dP[r * 16 + l] = 0f;
                    }
                }
                for (int d = 0; d < headDim; d++) {
                    for (int r = 0; r < 8; r++) {
                        float up = dO.get(dO0 + Math.min(first + r, tokens - 1) * width + d);
                        for (int l = 0; l < 16; l++) {
                            dP[r * 16 + l] += up * values[d * padded + j + l];
                        }
                    }
                }
                for (int r = 0; r < 8; r++) {
                    float mean = delta[r];
                    for (int l = 0; l < 16; l++) {
                        dS[r * padded + j + l] = p[r * padded + j + l] * (dP[r * 16 + l] - mean) * scale;
                    }
                }
            }
            for (int d = 0; d < whole; d += 16) {
                float[] dQ = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        dQ[r * 16 + l] = 0f;
                    }
                }
                for (int j = 0; j < reach; j++) {
                    int k = q0 + j * row + width + d;
                    for (int r = 0; r < 8; r++) {
                        float s = dS[r * padded + j];
                        for (int l = 0; l < 16; l++) {
                            dQ[r * 16 + l] += s * qkv.get(k + l);
                        }
                    }
                }
                // A second array, because the sums stay in registers only while their indices are constants.
                float[] tile = new float[128];
                for (int r = 0; r < 8; r++) {
                    for (int l = 0; l < 16; l++) {
                        tile[r * 16 + l] = dQ[r * 16 + l];
                    }
                }
                for (int r = 0; r < height; r++) {
                    for (int l = 0; l < 16; l++) {
                        dQkv.set(dQ0 + (first + r) * row + d + l, tile[r * 16 + l]);
                    }
                }
                // Eight queries and upstream gradients in registers for each visit to dK and dV.
                float[] queries = new float[128];
                float[] ups = new float[128];
                for (int r = 0; r < 8; r++) {
                    int i = Math.min(first + r, tokens - 1);
                    for (int l = 0; l < 16; l++) {
                        queries[r * 16 + l] = qkv.get(q0 + i * row + d + l);
                    }
                    for (int l = 0; l < 16; l++) {
                        ups[r * 16 + l] = dO.get(dO0 + i * width + d + l);
                    }
                }
                for (int j = 0; j < reach; j++) {
                    int k = dQ0 + j * row + width + d;
                    int v = k + width;
                    float[] dK = new float[16];
                    float[] dV = new float[16];
                    for (int l = 0; l < 16; l++) {
                        dK[l] = dQkv.get(k + l);
                        dV[l] = dQkv.get(v + l);
                    }
                    for (int r = 0; r < 8; r++) {
                        float s = dS[r * padded + j];
                        float weight = p[r * padded + j];
                        for (int l = 0; l < 16; l++) {
                            dK[l] += s * queries[r * 16 + l];
                            dV[l] += weight * ups[r * 16 + l];
                        }
                    }
                    for (int l = 0; l < 16; l++) {
                        dQkv.set(k + l, dK[l]);
                    }
                    for (int l = 0; l < 16; l++) {
                        dQkv.set(v + l, dV[l]);
                    }
                }
            }
            for (int d = whole; d < headDim; d++) {
                for (int r = 0; r < height; r++) {
                    float dQ = 0f;
                    for (int j = 0; j < reach; j++) {
                        int k = dQ0 + j * row + width + d;
                        float s = dS[r * padded + j];
                        dQ += s * qkv.get(q0 + j * row + width + d);
                        dQkv.set(k, dQkv.get(k) + s * qkv.get(q0 + (first + r) * row + d));
                        dQkv.set(
                                k + width,
                                dQkv.get(k + width) + p[r * padded + j] * dO.get(dO0 + (first + r) * width + d));
                    }
                    dQkv.set(dQ0 + (first + r) * row + d, dQ);
                }
            }
        }
    }

    static int padded(int tokens) {
        return Rows.divideUp(tokens, 16) * 16;
    }

    static float scale(int headDim) {
        return (float) (1 / Math.sqrt(headDim));
    }

    static WorkerGrid grid(int batch, int heads) {
        WorkerGrid grid = new WorkerGrid1D(batch * heads);
        grid.setLocalWork(1, 1, 1);
        return grid;
    }

    static WorkerGrid groups(int batch, int tokens, int heads) {
        return Groups.grid(batch * heads * Rows.divideUp(tokens, 32));
    }

    static int strips(int headDim) {
        if (headDim > AttentionGroups.LARGEST_HEAD) {
            throw new IllegalArgumentException("attention in groups has heads of up to " + AttentionGroups.LARGEST_HEAD
                    + " columns, not " + headDim + "; -D" + Shape.PROPERTY + "=lanes has no limit");
        }
        return Rows.divideUp(headDim, 32);
    }

    static Slice further(Slice slice, int by) {
        return new Slice(slice.data(), slice.offset() + by, slice.stride());
    }

    /** o [batch tokens, heads headDim] and lse [batch, heads, tokens] from qkv [batch tokens, 3 heads headDim]. */
    public static void forward(
            Stage s,
            String id,
            @Stored Slice o,
            Slice lse,
            @Stored Slice qkv,
            int batch,
            int tokens,
            int heads,
            int headDim,
            boolean causal) {
        int t = s.place(o, lse, qkv);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, groups(batch, tokens, heads));
            s.graph()
                    .task(
                            id,
                            AttentionGroups::kForward,
                            new KernelContext(),
                            o.array(),
                            lse.array(),
                            qkv.array(),
                            s.table(),
                            t,
                            tokens,
                            heads,
                            headDim,
                            strips(headDim),
                            causal ? 1 : 0,
                            scale(headDim));
            return;
        }
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
                        causal ? 1 : 0,
                        scale(headDim));
    }

    /** dQkv like qkv, from dO like o, and qkv, o, lse of forward. */
    public static void backward(
            Stage s,
            String id,
            @Stored Slice dQkv,
            @Stored Slice dO,
            @Stored Slice qkv,
            @Stored Slice o,
            Slice lse,
            int batch,
            int tokens,
            int heads,
            int headDim,
            boolean causal) {
        if (s.shape() == Shape.GROUPS) {
            int n = batch * heads * tokens;
            int width = heads * headDim;
            Slice delta = Slice.of(new FloatArray(n));
            s.grid(id + "Delta", Groups.grid(Rows.divideUp(n, 8)));
            s.graph()
                    .task(
                            id + "Delta",
                            AttentionGroups::kDelta,
                            new KernelContext(),
                            delta.array(),
                            dO.array(),
                            o.array(),
                            s.table(),
                            s.place(delta, dO, o),
                            n,
                            tokens,
                            heads,
                            headDim);
            String[] ids = {id + "Queries", id + "Keys", id + "Values"};
            for (int part = 0; part < 3; part++) {
                @Stored Slice out = further(dQkv, part * width);
                Slice factor = further(qkv, part == AttentionGroups.QUERIES ? width : 0);
                s.grid(ids[part], groups(batch, tokens, heads));
                s.graph()
                        .task(
                                ids[part],
                                AttentionGroups::kBackward,
                                new KernelContext(),
                                out.array(),
                                dO.array(),
                                qkv.array(),
                                lse.array(),
                                delta.array(),
                                s.table(),
                                s.place(out, dO, qkv, lse, delta, factor),
                                tokens,
                                heads,
                                headDim,
                                strips(headDim),
                                part,
                                causal ? 1 : 0,
                                scale(headDim));
            }
            return;
        }
        // Some of its elements are sums over blocks of queries.
        Slice sums = PartialSums.inFloat(dQkv, batch * tokens * 3 * heads * headDim);
        int t = s.place(sums, dO, qkv, o, lse);
        s.grid(id, grid(batch, heads));
        s.graph()
                .task(
                        id,
                        AttentionKernel::kBackward,
                        new KernelContext(),
                        sums.array(),
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
                        causal ? 1 : 0,
                        scale(headDim));
        PartialSums.round(s, id + "Rounded", dQkv, sums, batch * tokens * 3 * heads * headDim);
    }
}
