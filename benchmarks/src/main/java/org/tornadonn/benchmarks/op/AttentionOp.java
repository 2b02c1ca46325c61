package org.tornadonn.benchmarks.op;

import java.util.List;
import org.tornadonn.kernels.AttentionKernel;
import org.tornadonn.kernels.Slice;

/** Multi-head self-attention from packed q, k, v; causal, where a token attends to those before it and itself. */
final class AttentionOp {
    // A score is that of a query and a key that it attends to. Forward: two products with the D channels of a head, and
    // per score scale, maximum, difference, exp, sum; a product per output. Backward: five such products (the scores
    // again, dV, dP, dQ, dK), and per score scale, difference, exp, difference, two products; two per output for
    // dO ⊙ o.
    static final Op FULL = new AttentionOp(false)
            .op(
                    "attention",
                    Ladders.of(
                            List.of(Ladders.size(2, 5, 2, 16)),
                            List.of(Ladders.size(64, 65, 3, 64)),
                            List.of(Ladders.size(64, 65, 3, 64), Ladders.size(8, 197, 12, 64)),
                            Ladders.size(64, 197, 12, 64)));

    static final Op CAUSAL = new AttentionOp(true)
            .op(
                    "causalattention",
                    Ladders.of(
                            List.of(Ladders.size(2, 19, 2, 16)),
                            List.of(Ladders.size(64, 65, 3, 64)),
                            List.of(Ladders.size(64, 65, 3, 64), Ladders.size(8, 197, 12, 64)),
                            Ladders.size(64, 197, 12, 64)));

    private final boolean causal;

    private AttentionOp(boolean causal) {
        this.causal = causal;
    }

    private Op op(String name, Op.Sizes sizes) {
        return new Op(
                name,
                "batch x tokens x heads x head channels",
                sizes,
                List.of(
                        new Op.Pass(
                                "forward",
                                s -> 4 * (4 * Ladders.elements(s) + (long) s[0] * s[1] * s[2]),
                                s -> scores(s) * (4L * s[3] + 5) + Ladders.elements(s),
                                this::forward),
                        new Op.Pass(
                                "backward",
                                s -> 4 * (8 * Ladders.elements(s) + (long) s[0] * s[1] * s[2]),
                                s -> scores(s) * (10L * s[3] + 6) + 2 * Ladders.elements(s),
                                this::backward)));
    }

    private long scores(int[] s) {
        return (long) s[0] * s[2] * s[1] * (causal ? s[1] + 1 : 2 * s[1]) / 2;
    }

    /** One image and head in double arithmetic, from where the packed tensor has it. */
    private record Head(Slice qkv, int image, int head, int tokens, int heads, int d, boolean causal) {
        double packed(int which, int token, int k) {
            int width = heads * d;
            return qkv.array().get((image * tokens + token) * 3 * width + which * width + head * d + k);
        }

        int place(int token, int k) {
            return (image * tokens + token) * heads * d + head * d + k;
        }

        /** Row i of the probabilities; its last element is the logarithm of the sum of exponentials. */
        double[] row(int i) {
            double[] p = new double[tokens + 1];
            double sum = 0;
            for (int j = 0; j < (causal ? i + 1 : tokens); j++) {
                double score = 0;
                for (int k = 0; k < d; k++) {
                    score += packed(0, i, k) * packed(1, j, k);
                }
                p[j] = Math.exp(score / Math.sqrt(d));
                sum += p[j];
            }
            for (int j = 0; j < tokens; j++) {
                p[j] /= sum;
            }
            p[tokens] = Math.log(sum);
            return p;
        }

        double[][] output() {
            double[][] o = new double[tokens][d];
            for (int i = 0; i < tokens; i++) {
                double[] p = row(i);
                for (int j = 0; j < tokens; j++) {
                    for (int k = 0; k < d; k++) {
                        o[i][k] += p[j] * packed(2, j, k);
                    }
                }
            }
            return o;
        }

        /** dQ, dK and dV. */
        double[][][] gradients(Slice dO) {
            double[][][] g = new double[3][tokens][d];
            double[][] o = output();
            for (int i = 0; i < tokens; i++) {
                double[] p = row(i);
                double own = 0;
                for (int k = 0; k < d; k++) {
                    own += dO.array().get(place(i, k)) * o[i][k];
                }
                for (int j = 0; j < tokens; j++) {
                    double dP = 0;
                    for (int k = 0; k < d; k++) {
                        dP += dO.array().get(place(i, k)) * packed(2, j, k);
                    }
                    double dS = p[j] * (dP - own) / Math.sqrt(d);
                    for (int k = 0; k < d; k++) {
                        g[0][i][k] += dS * packed(1, j, k);
                        g[1][j][k] += dS * packed(0, i, k);
                        g[2][j][k] += p[j] * dO.array().get(place(i, k));
                    }
                }
            }
            return g;
        }
    }

    private List<Head> ends(Slice qkv, int batch, int tokens, int heads, int d) {
        return List.of(
                new Head(qkv, 0, 0, tokens, heads, d, causal),
                new Head(qkv, batch - 1, heads - 1, tokens, heads, d, causal));
    }

    private Op.Work forward(Operands in, int[] size) {
        int batch = size[0];
        int tokens = size[1];
        int heads = size[2];
        int d = size[3];
        Slice qkv = in.normal(batch * tokens * 3 * heads * d);
        Slice o = in.output(batch * tokens * heads * d);
        Slice lse = in.output(batch * heads * tokens);
        return new Op.Work(
                s -> AttentionKernel.forward(s, "attention", o, lse, qkv, batch, tokens, heads, d, causal), e -> {
                    for (Head head : ends(qkv, batch, tokens, heads, d)) {
                        double[][] expected = head.output();
                        for (int i : e.some(tokens)) {
                            e.near("lse", lse, (head.image * heads + head.head) * tokens + i, head.row(i)[tokens], d);
                            for (int k = 0; k < d; k++) {
                                e.near("o", o, head.place(i, k), expected[i][k], tokens + d);
                            }
                        }
                    }
                });
    }

    private Op.Work backward(Operands in, int[] size) {
        int batch = size[0];
        int tokens = size[1];
        int heads = size[2];
        int d = size[3];
        int width = heads * d;
        Slice qkv = in.normal(batch * tokens * 3 * width);
        Slice dO = in.normal(batch * tokens * width);
        float[] outputs = new float[batch * tokens * width];
        float[] sums = new float[batch * heads * tokens];
        // Backward reads what forward saved. Only the heads that are compared need true values, but speed must not
        // depend on
        // values that are not numbers, so the others get those of the first head.
        double[][] first = ends(qkv, batch, tokens, heads, d).getFirst().output();
        for (int image = 0; image < batch; image++) {
            for (int h = 0; h < heads; h++) {
                Head head = new Head(qkv, image, h, tokens, heads, d, causal);
                boolean compared = image == 0 && h == 0 || image == batch - 1 && h == heads - 1;
                double[][] values = compared ? head.output() : first;
                for (int i = 0; i < tokens; i++) {
                    sums[(image * heads + h) * tokens + i] = compared ? (float) head.row(i)[tokens] : 8f;
                    for (int k = 0; k < d; k++) {
                        outputs[head.place(i, k)] = (float) values[i][k];
                    }
                }
            }
        }
        Slice o = in.values(outputs);
        Slice lse = in.values(sums);
        Slice dQkv = in.output(batch * tokens * 3 * width);
        return new Op.Work(
                s -> AttentionKernel.backward(s, "attention", dQkv, dO, qkv, o, lse, batch, tokens, heads, d, causal),
                e -> {
                    for (Head head : ends(qkv, batch, tokens, heads, d)) {
                        double[][][] expected = head.gradients(dO);
                        for (int which = 0; which < 3; which++) {
                            for (int i : e.some(tokens)) {
                                for (int k = 0; k < d; k++) {
                                    int at = (head.image * tokens + i) * 3 * width + which * width + head.head * d + k;
                                    String name = List.of("dQ", "dK", "dV").get(which);
                                    e.near(name, dQkv, at, expected[which][i][k], 4 * (tokens + d));
                                }
                            }
                        }
                    }
                });
    }
}
