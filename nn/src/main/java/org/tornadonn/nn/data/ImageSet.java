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
     * Writes an image as floats [channels, size, size], normalised to about zero mean and unit deviation.
     *
     * @param augment the source of a random flip and crop, or null for the image as it is
     * @return its label
     */
    int image(int index, RandomGenerator augment, float[] target, int offset);
}
