package org.tornadonn.nn;

/**
 * How the images 2k and 2k + 1 of a batch are mixed with each other, one way for all pairs, as in timm's Mixup in mode batch: an image's
 * target is λ of its own and 1 - λ of its partner's, its pixels are κ of its own and 1 - κ of its partner's, inside a box.
 *
 * @param lambda λ, the share of an image's own label
 * @param kept κ, the share of an image's own pixel in the box
 * @param left the box in pixels, inside the image
 * @param top of the box
 * @param width of the box
 * @param height of the box
 */
public record Mix(float lambda, float kept, int left, int top, int width, int height) {
    /** Everything as it is, as in an evaluation. */
    public static final Mix NONE = new Mix(1f, 1f, 0, 0, 0, 0);

    /** Mixup (arXiv 1710.09412): λ in every pixel of images of this side. */
    public static Mix mixup(float lambda, int side) {
        return new Mix(lambda, lambda, 0, 0, side, side);
    }

    /** Cutmix (arXiv 1905.04899): the partner fills a box, and λ is what is left beside it. */
    public static Mix cutmix(int left, int top, int width, int height, int side) {
        float rest = 1f - (float) (width * height) / (side * side);
        return new Mix(rest, 0f, left, top, width, height);
    }

    /** The place in the batch of the image that this one is mixed with. */
    public static int partner(int place) {
        return place ^ 1;
    }
}
