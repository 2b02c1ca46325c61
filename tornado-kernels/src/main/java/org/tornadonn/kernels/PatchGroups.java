package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link PatchKernel} in {@link Shape#GROUPS}: a work-item moves an element, neighbours those that are neighbours in the patches. */
public final class PatchGroups {
    private PatchGroups() {}

    /** Patches from images or, where {@code fold} is 1, images from patches. */
    public static void kMove(
            @Stored FloatArray to,
            @Stored FloatArray from,
            IntArray at,
            int t,
            int n,
            int perImage,
            int channels,
            int size,
            int patch,
            int pixelStride,
            int channelStride,
            int fold) {
        for (@Parallel int i = 0; i < n; i++) {
            int across = size / patch;
            int row = i / (channels * patch * patch);
            int place = row % perImage;
            int channel = i / (patch * patch) % channels;
            int y = place / across * patch + i / patch % patch;
            int x = place % across * patch + i % patch;
            int image = row / perImage * channels * size * size;
            int pixel = image + channel * channelStride + (y * size + x) * pixelStride;
            if (fold == 1) {
                to.set(at.get(t) + pixel, from.get(at.get(t + 1) + i));
            } else {
                to.set(at.get(t) + i, from.get(at.get(t + 1) + pixel));
            }
        }
    }
}
