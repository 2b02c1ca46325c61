package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Patch embedding's rearrangement: images [B, C, S, S] into patches [B n, C p p], n = (S / p)², each row in the order of a
 * convolution weight [out, C, p, p], so that embedding is a linear layer. Patches do not overlap: fold is both the inverse and the
 * gradient of unfold.
 */
public final class PatchKernel {
    private PatchKernel() {}

    public static void kUnfold(
            FloatArray patches,
            FloatArray images,
            IntArray at,
            int t,
            int count,
            int perImage,
            int channels,
            int size,
            int patch) {
        for (@Parallel int n = 0; n < count; n++) {
            int across = size / patch;
            int image = n / perImage;
            int place = n % perImage;
            int corner = (place / across) * patch * size + (place % across) * patch;
            int to = at.get(t) + n * channels * patch * patch;
            int from = at.get(t + 1) + image * channels * size * size + corner;
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < patch; y++) {
                    for (int x = 0; x < patch; x++) {
                        patches.set(to + (c * patch + y) * patch + x, images.get(from + (c * size + y) * size + x));
                    }
                }
            }
        }
    }

    public static void kFold(
            FloatArray images,
            FloatArray patches,
            IntArray at,
            int t,
            int count,
            int perImage,
            int channels,
            int size,
            int patch) {
        for (@Parallel int n = 0; n < count; n++) {
            int across = size / patch;
            int image = n / perImage;
            int place = n % perImage;
            int corner = (place / across) * patch * size + (place % across) * patch;
            int to = at.get(t) + image * channels * size * size + corner;
            int from = at.get(t + 1) + n * channels * patch * patch;
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < patch; y++) {
                    for (int x = 0; x < patch; x++) {
                        images.set(to + (c * size + y) * size + x, patches.get(from + (c * patch + y) * patch + x));
                    }
                }
            }
        }
    }

    /** patches [batch n, channels patch²] from images [batch, channels, size, size]. */
    public static void unfold(
            Stage s, String id, Slice patches, Slice images, int batch, int channels, int size, int patch) {
        int perImage = (size / patch) * (size / patch);
        int t = s.place(patches, images);
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
                        patch);
    }

    /** images [batch, channels, size, size] from patches [batch n, channels patch²]. */
    public static void fold(
            Stage s, String id, Slice images, Slice patches, int batch, int channels, int size, int patch) {
        int perImage = (size / patch) * (size / patch);
        int t = s.place(images, patches);
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
                        patch);
    }
}
