package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The rearrangement that makes a p x p convolution of stride p a linear layer: images [B, C, S, S] or [B, S, S, C] into patches [B n, C p
 * p], n = (S / p)², each row in the order of a convolution weight [out, C, p, p]. Patches do not overlap: fold is both the inverse
 * and the gradient of unfold.
 */
public final class PatchKernel {
    /** How images lie in memory. */
    public enum Layout {
        CHANNELS_FIRST,
        CHANNELS_LAST
    }

    private PatchKernel() {}

    public static void kUnfold(
            @Stored FloatArray patches,
            @Stored FloatArray images,
            IntArray at,
            int t,
            int count,
            int perImage,
            int channels,
            int size,
            int patch,
            int pixelStride,
            int channelStride) {
        for (@Parallel int n = 0; n < count; n++) {
            int across = size / patch;
            int image = n / perImage;
            int place = n % perImage;
            int corner = ((place / across) * size + place % across) * patch * pixelStride;
            int to = at.get(t) + n * channels * patch * patch;
            int from = at.get(t + 1) + image * channels * size * size + corner;
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < patch; y++) {
                    for (int x = 0; x < patch; x++) {
                        patches.set(
                                to + (c * patch + y) * patch + x,
                                images.get(from + c * channelStride + (y * size + x) * pixelStride));
                    }
                }
            }
        }
    }

    public static void kFold(
            @Stored FloatArray images,
            @Stored FloatArray patches,
            IntArray at,
            int t,
            int count,
            int perImage,
            int channels,
            int size,
            int patch,
            int pixelStride,
            int channelStride) {
        for (@Parallel int n = 0; n < count; n++) {
            int across = size / patch;
            int image = n / perImage;
            int place = n % perImage;
            int corner = ((place / across) * size + place % across) * patch * pixelStride;
            int to = at.get(t) + image * channels * size * size + corner;
            int from = at.get(t + 1) + n * channels * patch * patch;
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < patch; y++) {
                    for (int x = 0; x < patch; x++) {
                        images.set(
                                to + c * channelStride + (y * size + x) * pixelStride,
                                patches.get(from + (c * patch + y) * patch + x));
                    }
                }
            }
        }
    }

    /** patches [batch n, channels patch²] from images [batch, channels, size, size] or [batch, size, size, channels]. */
    public static void unfold(
            Stage s,
            String id,
            @Stored Slice patches,
            @Stored Slice images,
            Layout layout,
            int batch,
            int channels,
            int size,
            int patch) {
        int perImage = (size / patch) * (size / patch);
        boolean first = layout == Layout.CHANNELS_FIRST;
        int t = s.place(patches, images);
        if (s.shape() == Shape.GROUPS) {
            s.graph()
                    .task(
                            id,
                            PatchGroups::kMove,
                            patches.array(),
                            images.array(),
                            s.table(),
                            t,
                            batch * channels * size * size,
                            perImage,
                            channels,
                            size,
                            patch,
                            first ? 1 : channels,
                            first ? size * size : 1,
                            0);
            return;
        }
        s.graph()
                .task(
                        id,
                        PatchKernel::kUnfold,
                        patches.array(),
                        images.array(),
                        s.table(),
                        t,
                        batch * perImage,
                        perImage,
                        channels,
                        size,
                        patch,
                        first ? 1 : channels,
                        first ? size * size : 1);
    }

    /** images, of the same layout, from patches [batch n, channels patch²]. */
    public static void fold(
            Stage s,
            String id,
            @Stored Slice images,
            @Stored Slice patches,
            Layout layout,
            int batch,
            int channels,
            int size,
            int patch) {
        int perImage = (size / patch) * (size / patch);
        boolean first = layout == Layout.CHANNELS_FIRST;
        int t = s.place(images, patches);
        if (s.shape() == Shape.GROUPS) {
            s.graph()
                    .task(
                            id,
                            PatchGroups::kMove,
                            images.array(),
                            patches.array(),
                            s.table(),
                            t,
                            batch * channels * size * size,
                            perImage,
                            channels,
                            size,
                            patch,
                            first ? 1 : channels,
                            first ? size * size : 1,
                            1);
            return;
        }
        s.graph()
                .task(
                        id,
                        PatchKernel::kFold,
                        images.array(),
                        patches.array(),
                        s.table(),
                        t,
                        batch * perImage,
                        perImage,
                        channels,
                        size,
                        patch,
                        first ? 1 : channels,
                        first ? size * size : 1);
    }
}
