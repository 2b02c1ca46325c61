package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Neighbouring images, a = images[2k] and b = images[2k + 1], mixed with each other in place: inside a box a = κ a + (1 - κ) b and b = κ
 * b + (1 - κ) a, outside nothing changes. With the whole image as box this is mixup (arXiv 1710.09412, κ = λ), with κ = 0 cutmix (arXiv
 * 1905.04899), one way for all pairs as in timm's mode batch. timm pairs image i with n - 1 - i; neighbours are the same pairs in any
 * cut of a shuffled batch into even parts. Of an odd number the last stays as it is.
 *
 * <p>κ and the box travel in an array: {@link #PARAMETERS} numbers, κ, left, top, width, height. An empty box changes nothing.
 */
public final class MixKernel {
    /** Numbers that say how to mix. */
    public static final int PARAMETERS = 5;

    private MixKernel() {}

    public static void kMix(
            FloatArray images,
            FloatArray mix,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int rowsPerImage,
            int side,
            int rowsPerBlock) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int images0 = at.get(t);
            int mix0 = at.get(t + 1);
            float kept = mix.get(mix0);
            int left = (int) mix.get(mix0 + 1);
            int top = (int) mix.get(mix0 + 2);
            int width = (int) mix.get(mix0 + 3);
            int bottom = top + (int) mix.get(mix0 + 4);
            int whole = width / 16 * 16;
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            for (int row = block * rowsPerBlock; row < last; row++) {
                int pair = row / rowsPerImage;
                int y = row % side;
                // The rows of a pair's first image; those of the second come behind all of them.
                int own = images0 + (row + pair * rowsPerImage) * side + left;
                int partner = own + rowsPerImage * side;
                if (y >= top && y < bottom) {
                    for (int x = 0; x < whole; x += 16) {
                        float[] a = new float[16];
                        float[] b = new float[16];
                        for (int l = 0; l < 16; l++) {
                            a[l] = images.get(own + x + l);
                            b[l] = images.get(partner + x + l);
                        }
                        for (int l = 0; l < 16; l++) {
                            images.set(own + x + l, kept * a[l] + (1f - kept) * b[l]);
                        }
                        for (int l = 0; l < 16; l++) {
                            images.set(partner + x + l, kept * b[l] + (1f - kept) * a[l]);
                        }
                    }
                    for (int x = whole; x < width; x++) {
                        float a = images.get(own + x);
                        float b = images.get(partner + x);
                        images.set(own + x, kept * a + (1f - kept) * b);
                        images.set(partner + x, kept * b + (1f - kept) * a);
                    }
                }
            }
        }
    }

    /** images [batch, channels, side, side] by mix [{@link #PARAMETERS}], whose box must lie inside an image. */
    public static void mix(Stage s, String id, Slice images, Slice mix, int batch, int channels, int side) {
        int t = s.place(images, mix);
        int rows = batch / 2 * channels * side;
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(rows * side));
            s.graph()
                    .task(
                            id,
                            MixGroups::kMix,
                            new KernelContext(),
                            images.array(),
                            mix.array(),
                            s.table(),
                            t,
                            rows * side,
                            channels * side * side,
                            side);
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, side);
        s.graph()
                .task(
                        id,
                        MixKernel::kMix,
                        images.array(),
                        mix.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        channels * side,
                        side,
                        rowsPerBlock);
    }
}
