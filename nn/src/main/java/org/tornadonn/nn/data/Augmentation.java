package org.tornadonn.nn.data;

import org.tornadonn.nn.ValueException;

/**
 * How images are changed at random in training: a function of the run's seed, the epoch and the image, and for mixing of the seed
 * and the step.
 *
 * @param pad a crop of the image's size after padding by this share of it; 0: none
 * @param flip whether half of the images are mirrored
 * @param crop the least area of a random resized crop (sides 3:4 to 4:3, bicubic); 1: none
 * @param randAugment magnitude of {@linkplain RandAugment RandAugment}, timm's rand-mM-mstd0.5-inc1; 0: none
 * @param erasing the probability that a rectangle is filled with noise
 * @param mixup α of mixup; 0: none
 * @param cutmix α of cutmix; 0: none; with mixup one or the other with the same chance
 */
public record Augmentation(
        double pad, boolean flip, double crop, double randAugment, double erasing, double mixup, double cutmix) {
    private static final double LARGEST_ALPHA = 100;
    private static final double SMALLEST_CROP = 0.001;

    public Augmentation {
        ValueException.check("pad", pad, 0, 1);
        ValueException.check("crop", crop, SMALLEST_CROP, 1);
        ValueException.check("randAugment", randAugment, 0, RandAugment.MOST);
        ValueException.check("erasing", erasing, 0, 1);
        ValueException.check("mixup", mixup, 0, LARGEST_ALPHA);
        ValueException.check("cutmix", cutmix, 0, LARGEST_ALPHA);
    }

    /** Whether batches are mixed. */
    public boolean mixes() {
        return mixup > 0 || cutmix > 0;
    }

    /** Images as they are. */
    public static Augmentation none() {
        return new Augmentation(0, false, 1, 0, 0, 0, 0);
    }

    /** What is usual for small images: a crop after padding by an eighth, and a flip. */
    public static Augmentation padCrop() {
        return new Augmentation(0.125, true, 1, 0, 0, 0, 0);
    }

    /** That of the DyT paper for ImageNet. */
    public static Augmentation paper() {
        return new Augmentation(0, true, 0.08, 9, 0.25, 0.8, 1);
    }
}
