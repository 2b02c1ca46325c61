package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link MixKernel} in {@link Shape#GROUPS}: by pair of pixels, which are n. */
public final class MixGroups {
    private MixGroups() {}

    public static void kMix(
            KernelContext context,
            FloatArray images,
            FloatArray mix,
            IntArray at,
            int t,
            int n,
            int perImage,
            int side) {
        int images0 = at.get(t);
        int mix0 = at.get(t + 1);
        float kept = mix.get(mix0);
        int left = (int) mix.get(mix0 + 1);
        int top = (int) mix.get(mix0 + 2);
        int right = left + (int) mix.get(mix0 + 3);
        int bottom = top + (int) mix.get(mix0 + 4);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            int x = i % side;
            int y = i / side % side;
            if (x >= left && x < right && y >= top && y < bottom) {
                // Behind the first images of the pairs before come their second ones.
                int own = images0 + i + i / perImage * perImage;
                int partner = own + perImage;
                float a = images.get(own);
                float b = images.get(partner);
                images.set(own, kept * a + (1f - kept) * b);
                images.set(partner, kept * b + (1f - kept) * a);
            }
        }
    }
}
