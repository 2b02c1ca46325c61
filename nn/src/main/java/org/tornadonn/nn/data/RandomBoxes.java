package org.tornadonn.nn.data;

import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/** The rectangles of random resized crops and of random erasing, drawn as timm draws them. */
final class RandomBoxes {
    private static final int ATTEMPTS = 10;
    private static final double CROP_RATIO = 4.0 / 3;
    private static final double ERASED_LEAST = 0.02;
    private static final double ERASED_MOST = 1.0 / 3;
    private static final double ERASED_RATIO = 1 / 0.3;

    private RandomBoxes() {}

    /** Of an area from {@code least} to 1 of the image's and sides of 3:4 to 4:3; the whole image where ten tries fail. */
    static Geometry.Box crop(int side, double least, RandomGenerator random) {
        Geometry.Box box = draw(side, side, () -> between(least, 1, random), CROP_RATIO, random);
        return box == null ? new Geometry.Box(0, 0, side, side) : box;
    }

    /**
     * Fills a rectangle of 0.02 to 1/3 of a normalised image [channels, side, side] with normal noise (arXiv 1708.04896; timm's mode
     * pixel).
     */
    static void erase(float[] images, int offset, int channels, int side, RandomGenerator random) {
        Geometry.Box box = draw(side, side - 1, () -> between(ERASED_LEAST, ERASED_MOST, random), ERASED_RATIO, random);
        if (box == null) {
            return;
        }
        for (int c = 0; c < channels; c++) {
            for (int y = box.top(); y < box.top() + box.height(); y++) {
                for (int x = box.left(); x < box.left() + box.width(); x++) {
                    images[offset + (c * side + y) * side + x] = (float) random.nextGaussian();
                }
            }
        }
    }

    /** The logarithm of the ratio of the sides is even up to that of {@code ratio}; null where no try fits. */
    private static Geometry.Box draw(
            int side, int largest, DoubleSupplier share, double ratio, RandomGenerator random) {
        for (int i = 0; i < ATTEMPTS; i++) {
            double area = share.getAsDouble() * side * side;
            double aspect = Math.exp(between(-Math.log(ratio), Math.log(ratio), random));
            int width = (int) Math.rint(Math.sqrt(area * aspect));
            int height = (int) Math.rint(Math.sqrt(area / aspect));
            if (width > 0 && height > 0 && width <= largest && height <= largest) {
                int top = random.nextInt(side - height + 1);
                int left = random.nextInt(side - width + 1);
                return new Geometry.Box(left, top, width, height);
            }
        }
        return null;
    }

    private static double between(double least, double most, RandomGenerator random) {
        return least + (most - least) * random.nextDouble();
    }
}
