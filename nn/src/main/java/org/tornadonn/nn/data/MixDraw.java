package org.tornadonn.nn.data;

import java.util.random.RandomGenerator;
import org.tornadonn.nn.Mix;

/** Draws how a batch is mixed. */
final class MixDraw {
    private static final double CUTMIX_SHARE = 0.5;

    private MixDraw() {}

    /** @param side of the images */
    static Mix draw(Augmentation augmentation, int side, RandomGenerator random) {
        double mixup = augmentation.mixup();
        double cutmix = augmentation.cutmix();
        if (!augmentation.mixes()) {
            return Mix.NONE;
        }
        boolean cut = mixup == 0 || cutmix > 0 && random.nextDouble() < CUTMIX_SHARE;
        double lambda = beta(cut ? cutmix : mixup, random);
        return cut ? cut(lambda, side, random) : Mix.mixup((float) lambda, side);
    }

    /** A box of the share 1 - λ about a random centre, cut off at the edges. */
    private static Mix cut(double lambda, int side, RandomGenerator random) {
        int half = (int) (side * Math.sqrt(1 - lambda)) / 2;
        int y = random.nextInt(side);
        int x = random.nextInt(side);
        int top = Math.max(0, y - half);
        int left = Math.max(0, x - half);
        int height = Math.min(side, y + half) - top;
        int width = Math.min(side, x + half) - left;
        return Mix.cutmix(left, top, width, height, side);
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
}
