package org.tornadonn.nn.data;

/**
 * Operations on the colours of an image, bytes [3, height, width], each a new image with the bits that Pillow gives (ImageOps and
 * ImageEnhance).
 */
final class Colors {
    private static final int SOLARIZE_ADD_BELOW = 128;

    private Colors() {}

    /** What becomes of each value of a channel. */
    private interface Table {
        int of(int value);
    }

    private interface Tables {
        Table of(int[] histogram);
    }

    private static byte[] map(byte[] image, Tables tables) {
        byte[] mapped = new byte[image.length];
        int pixels = image.length / 3;
        for (int c = 0; c < 3; c++) {
            int[] histogram = new int[256];
            for (int i = c * pixels; i < (c + 1) * pixels; i++) {
                histogram[image[i] & 0xFF]++;
            }
            Table table = tables.of(histogram);
            for (int i = c * pixels; i < (c + 1) * pixels; i++) {
                mapped[i] = (byte) Math.clamp(table.of(image[i] & 0xFF), 0, 255);
            }
        }
        return mapped;
    }

    /** Stretches each channel to the whole range. */
    static byte[] autoContrast(byte[] image) {
        return map(image, histogram -> {
            int least = 0;
            int most = 255;
            while (histogram[least] == 0) {
                least++;
            }
            while (histogram[most] == 0) {
                most--;
            }
            if (most <= least) {
                return v -> v;
            }
            double scale = 255.0 / (most - least);
            double offset = -least * scale;
            return v -> (int) (v * scale + offset);
        });
    }

    /** Makes the histogram of each channel as even as a table can. */
    static byte[] equalize(byte[] image) {
        return map(image, histogram -> {
            int last = 255;
            while (histogram[last] == 0) {
                last--;
            }
            int step = (image.length / 3 - histogram[last]) / 255;
            if (step == 0) {
                return v -> v;
            }
            int[] table = new int[256];
            int n = step / 2;
            for (int v = 0; v < 256; v++) {
                table[v] = n / step;
                n += histogram[v];
            }
            return v -> table[v];
        });
    }

    static byte[] invert(byte[] image) {
        return map(image, _ -> v -> 255 - v);
    }

    /** Keeps the highest bits. */
    static byte[] posterize(byte[] image, int bits) {
        int mask = -1 << (8 - bits);
        return map(image, _ -> v -> v & mask);
    }

    /** Inverts what is not below the threshold. */
    static byte[] solarize(byte[] image, int threshold) {
        return map(image, _ -> v -> v < threshold ? v : 255 - v);
    }

    /** Adds to what is dark. */
    static byte[] solarizeAdd(byte[] image, int add) {
        return map(image, _ -> v -> v < SOLARIZE_ADD_BELOW ? v + add : v);
    }

    /** @param factor 0: grey, 1: the image */
    static byte[] color(byte[] image, float factor) {
        int pixels = image.length / 3;
        byte[] grey = new byte[image.length];
        for (int i = 0; i < image.length; i++) {
            grey[i] = (byte) luminance(image, i % pixels);
        }
        return blend(grey, image, factor);
    }

    /** @param factor 0: its mean grey, 1: the image */
    static byte[] contrast(byte[] image, float factor) {
        int pixels = image.length / 3;
        long sum = 0;
        for (int i = 0; i < pixels; i++) {
            sum += luminance(image, i);
        }
        byte[] mean = new byte[image.length];
        java.util.Arrays.fill(mean, (byte) ((double) sum / pixels + 0.5));
        return blend(mean, image, factor);
    }

    /** @param factor 0: black, 1: the image */
    static byte[] brightness(byte[] image, float factor) {
        return blend(new byte[image.length], image, factor);
    }

    /** @param factor 0: smooth, 1: the image */
    static byte[] sharpness(byte[] image, int side, float factor) {
        byte[] smooth = image.clone();
        for (int c = 0; c < 3; c++) {
            for (int y = 1; y < side - 1; y++) {
                for (int x = 1; x < side - 1; x++) {
                    int at = (c * side + y) * side + x;
                    int sum = 4 * (image[at] & 0xFF);
                    for (int row = at - side; row <= at + side; row += side) {
                        sum += (image[row - 1] & 0xFF) + (image[row] & 0xFF) + (image[row + 1] & 0xFF);
                    }
                    // The mean with the middle five times, rounded; 13 is odd, so nothing lies between.
                    smooth[at] = (byte) ((2 * sum + 13) / 26);
                }
            }
        }
        return blend(smooth, image, factor);
    }

    private static int luminance(byte[] image, int i) {
        int pixels = image.length / 3;
        int r = image[i] & 0xFF;
        int g = image[pixels + i] & 0xFF;
        int b = image[2 * pixels + i] & 0xFF;
        return 19595 * r + 38470 * g + 7471 * b + 0x8000 >> 16;
    }

    /** From, beyond or short of {@code from} towards {@code to}. */
    private static byte[] blend(byte[] from, byte[] to, float factor) {
        byte[] blended = new byte[to.length];
        for (int i = 0; i < to.length; i++) {
            int a = from[i] & 0xFF;
            int b = to[i] & 0xFF;
            blended[i] = (byte) Math.clamp((int) (a + factor * (b - a)), 0, 255);
        }
        return blended;
    }
}
