package org.tornadonn.nn.data;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Colour images in memory, one byte per value. Augmentation, where it is wanted: a random crop after padding by an eighth of the side, and a flip.
 *
 * @param pixels [channels, size, size] per image
 */
record ByteImages(List<byte[]> pixels, int[] labels, List<String> classNames, int imageSize, boolean augmented)
        implements ImageSet {
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
    public int image(int index, RandomGenerator augment, float[] target, int offset) {
        byte[] image = pixels.get(index);
        boolean crops = augment != null && augmented;
        int pad = imageSize / 8;
        int dx = !crops ? 0 : augment.nextInt(2 * pad + 1) - pad;
        int dy = !crops ? 0 : augment.nextInt(2 * pad + 1) - pad;
        boolean mirrored = crops && augment.nextBoolean();
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
        return labels[index];
    }
}
