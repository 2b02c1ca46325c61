package org.tornadonn.nn.data;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Colour images in memory, one byte per value.
 *
 * @param pixels [channels, size, size] per image
 */
record ByteImages(List<byte[]> pixels, int[] labels, List<String> classNames, int imageSize) implements ImageSet {
    private static final int CHANNELS = 3;
    private static final float[] MEAN = {0.485f * 255, 0.456f * 255, 0.406f * 255};
    private static final float[] DEVIATION = {0.229f * 255, 0.224f * 255, 0.225f * 255};

    @Override
    public int size() {
        return pixels.size();
    }

    @Override
    public int channels() {
        return CHANNELS;
    }

    @Override
    public int image(int index, Augmentation augmentation, RandomGenerator random, float[] target, int offset) {
        byte[] image = pixels.get(index);
        int pad = (int) (augmentation.pad() * imageSize);
        int dx = pad == 0 ? 0 : random.nextInt(2 * pad + 1) - pad;
        int dy = pad == 0 ? 0 : random.nextInt(2 * pad + 1) - pad;
        boolean mirrored = augmentation.flip() && random.nextBoolean();
        if (augmentation.crop() < 1) {
            image = Geometry.crop(image, imageSize, RandomBoxes.crop(imageSize, augmentation.crop(), random));
        }
        if (augmentation.randAugment() > 0) {
            image = RandAugment.apply(image, imageSize, augmentation.randAugment(), random);
        }
        // Padding and mirroring are done here, where they cost nothing: crops and RandAugment treat left and right
        // alike.
        for (int c = 0; c < CHANNELS; c++) {
            for (int y = 0; y < imageSize; y++) {
                for (int x = 0; x < imageSize; x++) {
                    int fromX = (mirrored ? imageSize - 1 - x : x) + dx;
                    int fromY = y + dy;
                    boolean inside = fromX >= 0 && fromX < imageSize && fromY >= 0 && fromY < imageSize;
                    int value = inside ? image[(c * imageSize + fromY) * imageSize + fromX] & 0xFF : 0;
                    target[offset + (c * imageSize + y) * imageSize + x] =
                            inside ? (value - MEAN[c]) / DEVIATION[c] : 0f;
                }
            }
        }
        if (augmentation.erasing() > 0 && random.nextDouble() < augmentation.erasing()) {
            RandomBoxes.erase(target, offset, CHANNELS, imageSize, random);
        }
        return labels[index];
    }
}
