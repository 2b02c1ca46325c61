package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link PoolKernel} in {@link Shape#GROUPS}: a group has 16 channels of an image, eight work-items a channel; backward, an item has an element. */
public final class PoolGroups {
    private PoolGroups() {}

    public static void kForward(
            KernelContext context,
            @Stored FloatArray y,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int blocks,
            int tokens,
            int c,
            int first,
            int end) {
        float[] sums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int image = context.groupIdx / blocks;
        int channel = context.groupIdx % blocks * 16 + item % 16;
        // Channels past the end repeat the last one and are not stored.
        int from = at.get(t + 1) + image * tokens * c + Math.min(channel, c - 1);
        float sum = 0f;
        for (int i = first + item / 16; i < end; i += 8) {
            sum += x.get(from + i * c);
        }
        sums[item] = sum;
        for (int half = 64; half >= 16; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                sums[item] += sums[item + half];
            }
        }
        if (item < 16 && channel < c) {
            y.set(at.get(t) + image * c + channel, sums[item] / (end - first));
        }
    }

    public static void kBackward(
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            IntArray at,
            int t,
            int n,
            int tokens,
            int c,
            int first,
            int end) {
        for (@Parallel int i = 0; i < n; i++) {
            int token = i / c % tokens;
            float share = 0f;
            if (token >= first && token < end) {
                share = 1f / (end - first);
            }
            dX.set(at.get(t) + i, dY.get(at.get(t + 1) + i / c / tokens * c + i % c) * share);
        }
    }
}
