package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link AttentionKernel} in {@link Shape#GROUPS}: a group has 32 rows of a result, of one image and head, and goes through the other
 * side's rows in tiles of 32. Of 32 x 32 scores a work-item has those of eight queries with one key; of the result eight rows in the
 * columns {@code lane}, {@code lane} + 32 and so on. Rows past the end repeat the last one and are not stored.
 */
public final class AttentionGroups {
    /** Columns that the private sums suffice for. */
    static final int LARGEST_HEAD = 128;

    /** Which part of dQkv {@link #kBackward} computes. */
    static final int QUERIES = 0;

    static final int KEYS = 1;
    static final int VALUES = 2;

    private AttentionGroups() {}

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
            int strips,
            int causal,
            float scale) {
        // 16 x 32, columns outermost, in rows of 36.
        float[] queries = context.allocateFloatLocalArray(576);
        float[] keys = context.allocateFloatLocalArray(576);
        // A key's probabilities in a row of 36.
        float[] p = context.allocateFloatLocalArray(1152);
        // Strips of 32 columns; this size makes their number a constant, with which the sums stay in registers.
        float[] values = context.allocateFloatLocalArray(32 * 32 * strips);
        float[] partial = context.allocateFloatLocalArray(128);
        float[] factors = context.allocateFloatLocalArray(32);
        int item = context.localIdx;
        int lane = item % 32;
        int eight = item / 32 * 8;
        int blocks = (tokens + 31) / 32;
        int query0 = context.groupIdx % blocks * 32;
        int pair = context.groupIdx / blocks;
        int width = heads * headDim;
        int row = 3 * width;
        int q0 = at.get(t + 2) + pair / heads * tokens * row + pair % heads * headDim;
        float[] sums = new float[32];
        for (int c = 0; c < 4; c++) {
            for (int r = 0; r < 8; r++) {
                sums[c * 8 + r] = 0f;
            }
        }
        // Of the query that is the item's in the softmax; the total is that of its eight keys of each tile.
        float maximum = -1e30f;
        float total = 0f;
        int reach = Math.min(tokens, query0 + 32 + (1 - causal) * tokens);
        for (int key0 = 0; key0 < reach; key0 += 32) {
            float[] scores = new float[8];
            for (int r = 0; r < 8; r++) {
                scores[r] = 0f;
            }
            for (int d = 0; d < headDim; d += 16) {
                context.localBarrier();
                for (int i = 0; i < 4; i++) {
                    int j = item / 16 + i * 8;
                    int column = d + item % 16;
                    int place = item % 16 * 36 + j;
                    int from = q0 + Math.min(column, headDim - 1);
                    float q = qkv.get(from + Math.min(query0 + j, tokens - 1) * row);
                    queries[place] = column < headDim ? q : 0f;
                    keys[place] = qkv.get(from + Math.min(key0 + j, tokens - 1) * row + width);
                }
                context.localBarrier();
                for (int k = 0; k < 16; k++) {
                    float key = keys[k * 36 + lane];
                    for (int r = 0; r < 8; r++) {
                        scores[r] += queries[k * 36 + eight + r] * key;
                    }
                }
            }
            for (int i = item; i < 1024 * strips; i += 128) {
                int j = i / (32 * strips);
                int column = i % (32 * strips);
                values[i] =
                        qkv.get(q0 + Math.min(key0 + j, tokens - 1) * row + 2 * width + Math.min(column, headDim - 1));
            }
            for (int r = 0; r < 8; r++) {
                p[lane * 36 + eight + r] = scores[r] * scale;
            }
            int key = key0 + lane;
            int masked = key >= tokens ? 8 : causal * (key - query0 - eight);
            for (int r = 0; r < Math.min(8, masked); r++) {
                p[lane * 36 + eight + r] = -1e30f;
            }
            context.localBarrier();
            // The softmax: an item has query lane and the keys from eight.
            float most = maximum;
            for (int j = 0; j < 8; j++) {
                most = Math.max(most, p[(eight + j) * 36 + lane]);
            }
            partial[item] = most;
            context.localBarrier();
            most = Math.max(
                    Math.max(partial[lane], partial[lane + 32]), Math.max(partial[lane + 64], partial[lane + 96]));
            float shrink = TornadoMath.exp(maximum - most);
            maximum = most;
            total = total * shrink;
            for (int j = 0; j < 8; j++) {
                float e = TornadoMath.exp(p[(eight + j) * 36 + lane] - most);
                p[(eight + j) * 36 + lane] = e;
                total += e;
            }
            if (item < 32) {
                factors[lane] = shrink;
            }
            context.localBarrier();
            for (int c = 0; c < strips; c++) {
                for (int r = 0; r < 8; r++) {
                    sums[c * 8 + r] = sums[c * 8 + r] * factors[eight + r];
                }
            }
            for (int j = 0; j < 32; j++) {
                for (int c = 0; c < strips; c++) {
                    float value = values[j * 32 * strips + c * 32 + lane];
                    for (int r = 0; r < 8; r++) {
                        sums[c * 8 + r] += p[j * 36 + eight + r] * value;
                    }
                }
            }
        }
        partial[item] = total;
        context.localBarrier();
        if (item < 32) {
            float all = partial[lane] + partial[lane + 32] + (partial[lane + 64] + partial[lane + 96]);
            factors[lane] = 1f / all;
            if (query0 + lane < tokens) {
                lse.set(at.get(t + 1) + pair * tokens + query0 + lane, maximum + TornadoMath.log(all));
            }
        }
        context.localBarrier();
        // A second array, because the sums stay in registers only while their indices are constants.
        float[] tile = new float[32];
        for (int c = 0; c < strips; c++) {
            for (int r = 0; r < 8; r++) {
                tile[c * 8 + r] = sums[c * 8 + r] * factors[eight + r];
            }
        }
        int o0 = at.get(t) + pair / heads * tokens * width + pair % heads * headDim;
        for (int c = 0; c < strips; c++) {
            for (int r = 0; r < 8; r++) {
                int query = query0 + eight + r;
                int column = c * 32 + lane;
                if (query < tokens && column < headDim) {
                    o.set(o0 + query * width + column, tile[c * 8 + r]);
                }
            }
        }
    }

    /** delta [B, H, T] = Σ dO ⊙ o: a group has eight rows of 16 work-items. */
    public static void kDelta(
            KernelContext context,
            FloatArray delta,
            @Stored FloatArray dO,
            @Stored FloatArray o,
            IntArray at,
            int t,
            int n,
            int tokens,
            int heads,
            int headDim) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int out = context.groupIdx * 8 + item / 16;
        int i = Math.min(out, n - 1);
        int pair = i / tokens;
        int from = ((pair / heads * tokens + i % tokens) * heads + pair % heads) * headDim;
        int dO0 = at.get(t + 1) + from;
        int o0 = at.get(t + 2) + from;
        float sum = 0f;
        for (int d = item % 16; d < headDim; d += 16) {
            sum += dO.get(dO0 + d) * o.get(o0 + d);
        }
        sums[item] = sum;
        for (int half = 8; half > 0; half = half / 2) {
            context.localBarrier();
            if (item % 16 < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item % 16 == 0 && out < n) {
            delta.set(at.get(t) + out, sums[item]);
        }
    }

    /**
     * One part of dQkv, dQ = dS k, dK = dSᵀ q or dV = pᵀ dO: a group has 32 rows of it and computes p and dS again. The table's
     * last entry is where in qkv the other factor begins: k or q.
     */
    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dQkv,
            @Stored FloatArray dO,
            @Stored FloatArray qkv,
            FloatArray lse,
            FloatArray delta,
            IntArray at,
            int t,
            int tokens,
            int heads,
            int headDim,
            int strips,
            int part,
            int causal,
            float scale) {
        // 16 x 32, columns outermost, in rows of 36.
        float[] queries = context.allocateFloatLocalArray(576);
        float[] keys = context.allocateFloatLocalArray(576);
        float[] ups = context.allocateFloatLocalArray(576);
        float[] values = context.allocateFloatLocalArray(576);
        // p or dS: for each of the rows that are summed over the 32 of the group, in a row of 36.
        float[] weights = context.allocateFloatLocalArray(1152);
        // Strips of 32 columns; this size makes their number a constant, with which the sums stay in registers.
        float[] others = context.allocateFloatLocalArray(32 * 32 * strips);
        float[] shifts = context.allocateFloatLocalArray(32);
        float[] means = context.allocateFloatLocalArray(32);
        int item = context.localIdx;
        int lane = item % 32;
        int eight = item / 32 * 8;
        int blocks = (tokens + 31) / 32;
        int own = context.groupIdx % blocks * 32;
        int pair = context.groupIdx / blocks;
        int width = heads * headDim;
        int row = 3 * width;
        int head = pair % heads * headDim;
        int dO0 = at.get(t + 1) + pair / heads * tokens * width + head;
        int q0 = at.get(t + 2) + pair / heads * tokens * row + head;
        int lse0 = at.get(t + 3) + pair * tokens;
        int delta0 = at.get(t + 4) + pair * tokens;
        int factor0 = at.get(t + 5) + pair / heads * tokens * row + head;
        float[] sums = new float[32];
        for (int c = 0; c < 4; c++) {
            for (int r = 0; r < 8; r++) {
                sums[c * 8 + r] = 0f;
            }
        }
        // A causal query has the keys up to its own, a key the queries from its own.
        int begin = part == QUERIES ? 0 : causal * own;
        int end = part == QUERIES ? Math.min(tokens, own + 32 + (1 - causal) * tokens) : tokens;
        for (int first = begin; first < end; first += 32) {
            int query0 = part == QUERIES ? own : first;
            int key0 = part == QUERIES ? first : own;
            if (item < 32) {
                int query = Math.min(query0 + item, tokens - 1);
                shifts[item] = lse.get(lse0 + query);
                means[item] = delta.get(delta0 + query);
            }
            float[] scores = new float[8];
            float[] dP = new float[8];
            for (int r = 0; r < 8; r++) {
                scores[r] = 0f;
                dP[r] = 0f;
            }
            for (int d = 0; d < headDim; d += 16) {
                context.localBarrier();
                for (int i = 0; i < 4; i++) {
                    int j = item / 16 + i * 8;
                    int column = d + item % 16;
                    int place = item % 16 * 36 + j;
                    int inside = Math.min(column, headDim - 1);
                    int query = Math.min(query0 + j, tokens - 1);
                    int key = q0 + Math.min(key0 + j, tokens - 1) * row + width + inside;
                    float q = qkv.get(q0 + query * row + inside);
                    queries[place] = column < headDim ? q : 0f;
                    keys[place] = qkv.get(key);
                    if (part != VALUES) {
                        float up = dO.get(dO0 + query * width + inside);
                        ups[place] = column < headDim ? up : 0f;
                        values[place] = qkv.get(key + width);
                    }
                }
                context.localBarrier();
                for (int k = 0; k < 16; k++) {
                    float key = keys[k * 36 + lane];
                    for (int r = 0; r < 8; r++) {
                        scores[r] += queries[k * 36 + eight + r] * key;
                    }
                    if (part != VALUES) {
                        float value = values[k * 36 + lane];
                        for (int r = 0; r < 8; r++) {
                            dP[r] += ups[k * 36 + eight + r] * value;
                        }
                    }
                }
            }
            for (int i = item; i < 1024 * strips; i += 128) {
                int column = Math.min(i % (32 * strips), headDim - 1);
                int j = Math.min(first + i / (32 * strips), tokens - 1);
                if (part == VALUES) {
                    others[i] = dO.get(dO0 + j * width + column);
                } else {
                    others[i] = qkv.get(factor0 + j * row + column);
                }
            }
            // A second array, because the scores stay in registers only while their indices are constants.
            float[] tile = new float[8];
            if (part == VALUES) {
                for (int r = 0; r < 8; r++) {
                    tile[r] = TornadoMath.exp(scores[r] * scale - shifts[eight + r]);
                }
            } else {
                for (int r = 0; r < 8; r++) {
                    tile[r] =
                            TornadoMath.exp(scores[r] * scale - shifts[eight + r]) * (dP[r] - means[eight + r]) * scale;
                }
            }
            int key = key0 + lane;
            int masked = key >= tokens ? 8 : causal * (key - query0 - eight);
            int place = part == QUERIES ? lane * 36 + eight : eight * 36 + lane;
            int step = part == QUERIES ? 1 : 36;
            for (int r = 0; r < 8; r++) {
                weights[place + r * step] = r >= masked && query0 + eight + r < tokens ? tile[r] : 0f;
            }
            context.localBarrier();
            for (int j = 0; j < 32; j++) {
                for (int c = 0; c < strips; c++) {
                    float other = others[j * 32 * strips + c * 32 + lane];
                    for (int r = 0; r < 8; r++) {
                        sums[c * 8 + r] += weights[j * 36 + eight + r] * other;
                    }
                }
            }
        }
        float[] tile = new float[32];
        for (int c = 0; c < strips; c++) {
            for (int r = 0; r < 8; r++) {
                tile[c * 8 + r] = sums[c * 8 + r];
            }
        }
        int out = at.get(t) + pair / heads * tokens * row + head;
        for (int c = 0; c < strips; c++) {
            for (int r = 0; r < 8; r++) {
                int i = own + eight + r;
                int column = c * 32 + lane;
                if (i < tokens && column < headDim) {
                    dQkv.set(out + i * row + column, tile[c * 8 + r]);
                }
            }
        }
    }
}
