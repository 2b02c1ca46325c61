package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link LayerScaleKernel} in {@link Shape#GROUPS}: a few work-items share a row of the weights. */
public final class LayerScaleGroups {
    private LayerScaleGroups() {}

    public static void kBackward(
            KernelContext context,
            FloatArray grads,
            FloatArray scaled,
            FloatArray w,
            FloatArray b,
            FloatArray gamma,
            IntArray at,
            int t,
            int c,
            int k,
            int items) {
        float[] sums = context.allocateFloatLocalArray(128);
        int dW0 = at.get(t);
        int scaled0 = at.get(t + 1);
        int w0 = at.get(t + 2);
        int dB0 = at.get(t + 5);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        // A row past the end has no elements.
        int n = row < c ? k : 0;
        float scale = gamma.get(at.get(t + 4) + Math.min(row, c - 1));
        float sum = 0f;
        for (int j = lane; j < n; j += items) {
            int i = row * k + j;
            float gradient = grads.get(dW0 + i);
            float weight = w.get(w0 + i);
            sum += weight * gradient;
            grads.set(dW0 + i, scale * gradient);
            scaled.set(scaled0 + i, scale * weight);
        }
        sums[item] = sum;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                sums[item] += sums[item + half];
            }
        }
        if (lane == 0 && row < c) {
            float ofBias = grads.get(dB0 + row);
            grads.set(at.get(t + 6) + row, sums[item] + b.get(at.get(t + 3) + row) * ofBias);
            grads.set(dB0 + row, scale * ofBias);
        }
    }
}
