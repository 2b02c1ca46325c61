package org.tornadonn.nn.data;

import java.util.random.RandomGenerator;

/**
 * How a batch is mixed with itself reversed, one way for the whole of it (timm's Mixup in mode batch): images and targets are λ of
 * their own and 1 - λ of the partner's, by mixup (arXiv 1710.09412) in every pixel, by cutmix (arXiv 1905.04899) in a box.
 *
 * @param box that the partner fills, or null for mixup
 */
record Mix(float lambda, Geometry.Box box) {
    private static final double CUTMIX_SHARE = 0.5;
    static final Mix NONE = new Mix(1f, null);

    /** @param side of the images */
    static Mix draw(Augmentation augmentation, int side, RandomGenerator random) {
        double mixup = augmentation.mixup();
        double cutmix = augmentation.cutmix();
        if (mixup == 0 && cutmix == 0) {
            return NONE;
        }
        boolean cut = mixup == 0 || cutmix > 0 && random.nextDouble() < CUTMIX_SHARE;
        double lambda = beta(cut ? cutmix : mixup, random);
        return cut ? cut(lambda, side, random) : new Mix((float) lambda, null);
    }

    /** A box of the share 1 - λ about a random centre; λ becomes what is left of the image beside it. */
    private static Mix cut(double lambda, int side, RandomGenerator random) {
        int half = (int) (side * Math.sqrt(1 - lambda)) / 2;
        int y = random.nextInt(side);
        int x = random.nextInt(side);
        int top = Math.max(0, y - half);
        int left = Math.max(0, x - half);
        int height = Math.min(side, y + half) - top;
        int width = Math.min(side, x + half) - left;
        float rest = 1f - (float) (width * height) / (side * side);
        return new Mix(rest, new Geometry.Box(left, top, width, height));
    }

    /** Beta(α, α), as the share of one of two gamma variates in their sum. */
    static double beta(double alpha, RandomGenerator random) {
        double a = gamma(alpha, random);
        double b = gamma(alpha, random);
        return a + b == 0 ? 0.5 : a / (a + b);
    }

    /** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
    private static double gamma(double alpha, RandomGenerator random) {
        if (alpha < 1) {
            return gamma(alpha + 1, random) * Math.pow(random.nextDouble(), 1 / alpha);
        }
        double d = alpha - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }

    /** Mixes images [batch, channels, side, side] in place. */
    void apply(float[] images, int batch, int channels, int side) {
        if (lambda == 1f) {
            return;
        }
        Geometry.Box part = box == null ? new Geometry.Box(0, 0, side, side) : box;
        float kept = box == null ? lambda : 0f;
        int values = channels * side * side;
        // A pair at a time; in a batch of odd size the middle one is its own partner.
        for (int i = 0; i < batch / 2; i++) {
            int own = i * values;
            int partner = (batch - 1 - i) * values;
            for (int c = 0; c < channels; c++) {
                for (int y = part.top(); y < part.top() + part.height(); y++) {
                    int row = (c * side + y) * side;
                    for (int at = row + part.left(); at < row + part.left() + part.width(); at++) {
                        float a = images[own + at];
                        float b = images[partner + at];
                        images[own + at] = kept * a + (1f - kept) * b;
                        images[partner + at] = kept * b + (1f - kept) * a;
                    }
                }
            }
        }
    }
}
