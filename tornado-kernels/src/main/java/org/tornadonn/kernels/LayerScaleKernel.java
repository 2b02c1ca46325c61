package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The backward of a linear layer whose outputs are scaled by channel (LayerScale, arXiv 2103.17239, eq. 4): y = gamma ⊙ (x wᵀ + b),
 * x [rows, k], w [c, k], b and gamma [c]. Forward is an {@link Epilogue} of the product. With the gradients of w and b as if nothing
 * were scaled, G = dYᵀ x and g = Σ dY over rows:
 *
 * <p>dW = gamma ⊙ G, dB = gamma ⊙ g, dGamma = Σ w ⊙ G over k + b ⊙ g, and dX = dY (gamma ⊙ w), a product with scaled weights.
 *
 * <p>So nothing of [rows, c] is saved, read or written but by products. 4 c k + 3 c operations; reads G, w and writes dW, gamma ⊙ w.
 */
public final class LayerScaleKernel {
    private LayerScaleKernel() {}

    // All gradients are in one array, which TornadoVM does not take twice (it waits for ever). Where those of b and
    // gamma begin stands in the table behind the arrays' entries.
    public static void kBackward(
            FloatArray grads,
            FloatArray scaled,
            FloatArray w,
            FloatArray b,
            FloatArray gamma,
            IntArray at,
            int t,
            int blocks,
            int c,
            int k,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int dW0 = at.get(t);
            int scaled0 = at.get(t + 1);
            int w0 = at.get(t + 2);
            int b0 = at.get(t + 3);
            int gamma0 = at.get(t + 4);
            int dB0 = at.get(t + 5);
            int dGamma0 = at.get(t + 6);
            int last = Math.min(c, (block + 1) * rowsPerBlock);
            int whole = k / 16 * 16;
            float[] products = new float[16];
            for (int row = block * rowsPerBlock; row < last; row++) {
                int i = row * k;
                float scale = gamma.get(gamma0 + row);
                for (int l = 0; l < 16; l++) {
                    products[l] = 0f;
                }
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float gradient = grads.get(dW0 + i + j + l);
                        float weight = w.get(w0 + i + j + l);
                        products[l] += weight * gradient;
                        grads.set(dW0 + i + j + l, scale * gradient);
                        scaled.set(scaled0 + i + j + l, scale * weight);
                    }
                }
                float sum = Lanes.sum(products);
                for (int j = whole; j < k; j++) {
                    float gradient = grads.get(dW0 + i + j);
                    float weight = w.get(w0 + i + j);
                    sum += weight * gradient;
                    grads.set(dW0 + i + j, scale * gradient);
                    scaled.set(scaled0 + i + j, scale * weight);
                }
                float ofBias = grads.get(dB0 + row);
                grads.set(dGamma0 + row, sum + b.get(b0 + row) * ofBias);
                grads.set(dB0 + row, scale * ofBias);
            }
        }
    }

    /**
     * In place, dW [c, k] from G and dB [c] from g; dGamma [c]; and scaled [c, k] = gamma ⊙ w, from w [c, k], b [c], gamma [c].
     *
     * @throws IllegalArgumentException if the three gradients are not in the same array
     */
    public static void backward(
            Stage s,
            String id,
            Slice dW,
            Slice dB,
            Slice dGamma,
            Slice scaled,
            Slice w,
            Slice b,
            Slice gamma,
            int c,
            int k) {
        if (dW.array() != dB.array() || dW.array() != dGamma.array()) {
            throw new IllegalArgumentException("the gradients of layer scale must be in the same array");
        }
        int t = s.place(dW, scaled, w, b, gamma, dB, dGamma);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.rows(c, k));
            s.graph()
                    .task(
                            id,
                            LayerScaleGroups::kBackward,
                            new KernelContext(),
                            dW.array(),
                            scaled.array(),
                            w.array(),
                            b.array(),
                            gamma.array(),
                            s.table(),
                            t,
                            c,
                            k,
                            Groups.itemsPerRow(k));
            return;
        }
        int rowsPerBlock = Rows.perItem(c, k);
        s.graph()
                .task(
                        id,
                        LayerScaleKernel::kBackward,
                        dW.array(),
                        scaled.array(),
                        w.array(),
                        b.array(),
                        gamma.array(),
                        s.table(),
                        t,
                        Rows.divideUp(c, rowsPerBlock),
                        c,
                        k,
                        rowsPerBlock);
    }
}
