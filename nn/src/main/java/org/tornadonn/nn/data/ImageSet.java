package org.tornadonn.nn.data;

import java.util.List;
import java.util.random.RandomGenerator;

/** Labelled square images. */
public interface ImageSet {
    int size();

    List<String> classNames();

    int channels();

    /** Side in pixels. */
    int imageSize();

    /**
     * Writes an image as floats [channels, size, size], normalised to about zero mean and unit deviation. Threads may call this at
     * the same time.
     *
     * @param augmentation of which an image by itself has all but the mixing
     * @param random the source of it; not used where there is none
     * @return its label
     */
    int image(int index, Augmentation augmentation, RandomGenerator random, float[] target, int offset);

    /** The same of an image as it is. */
    default int image(int index, float[] target, int offset) {
        return image(index, Augmentation.none(), null, target, offset);
    }
}
