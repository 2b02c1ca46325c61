package org.tornadonn.nn.data;

/**
 * Moves what a square image, bytes [3, side, side], shows; bicubic, with the bits that Pillow gives. What comes from outside is of
 * ImageNet's mean colour.
 */
final class Geometry {
    private static final int[] FILL = {124, 116, 104};
    private static final int PRECISION = 22;

    private Geometry() {}

    /** A rectangle in an image. */
    record Box(int left, int top, int width, int height) {}

    /** Counter-clockwise about the centre. */
    static byte[] rotate(byte[] image, int side, double degrees) {
        if (degrees == 0) {
            return image;
        }
        double angle = -Math.toRadians(degrees);
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        double centre = side / 2.0;
        double c = -centre * cos - centre * sin + centre;
        double f = centre * sin - centre * cos + centre;
        return affine(image, side, cos, sin, c, -sin, cos, f);
    }

    static byte[] shearX(byte[] image, int side, double factor) {
        return affine(image, side, 1, factor, 0, 0, 1, 0);
    }

    static byte[] shearY(byte[] image, int side, double factor) {
        return affine(image, side, 1, 0, 0, factor, 1, 0);
    }

    static byte[] translateX(byte[] image, int side, double pixels) {
        return affine(image, side, 1, 0, pixels, 0, 1, 0);
    }

    static byte[] translateY(byte[] image, int side, double pixels) {
        return affine(image, side, 1, 0, 0, 0, 1, pixels);
    }

    /** The pixel (x, y) is that of (a x + b y + c, d x + e y + f). */
    private static byte[] affine(byte[] image, int side, double a, double b, double c, double d, double e, double f) {
        byte[] moved = new byte[image.length];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double fromX = a * (x + 0.5) + b * (y + 0.5) + c;
                double fromY = d * (x + 0.5) + e * (y + 0.5) + f;
                boolean inside = fromX >= 0 && fromX < side && fromY >= 0 && fromY < side;
                for (int channel = 0; channel < 3; channel++) {
                    int plane = channel * side * side;
                    moved[plane + y * side + x] =
                            (byte) (inside ? bicubic(image, plane, side, fromX - 0.5, fromY - 0.5) : FILL[channel]);
                }
            }
        }
        return moved;
    }

    /** Cubic convolution with parameter -1, as Pillow has it where it transforms; edges repeat. */
    private static int bicubic(byte[] image, int plane, int side, double x, double y) {
        int x0 = (int) Math.floor(x);
        int y0 = (int) Math.floor(y);
        double[] rows = new double[4];
        for (int i = 0; i < 4; i++) {
            int row = plane + Math.clamp(y0 - 1 + i, 0, side - 1) * side;
            rows[i] = cubic(
                    image[row + Math.clamp(x0 - 1, 0, side - 1)] & 0xFF,
                    image[row + Math.clamp(x0, 0, side - 1)] & 0xFF,
                    image[row + Math.clamp(x0 + 1, 0, side - 1)] & 0xFF,
                    image[row + Math.clamp(x0 + 2, 0, side - 1)] & 0xFF,
                    x - x0);
        }
        return (int) Math.clamp(cubic(rows[0], rows[1], rows[2], rows[3], y - y0), 0.0, 255.0);
    }

    private static double cubic(double v1, double v2, double v3, double v4, double d) {
        double p2 = -v1 + v3;
        double p3 = 2 * (v1 - v2) + v3 - v4;
        double p4 = -v1 + v2 - v3 + v4;
        return v2 + d * (p2 + d * (p3 + d * p4));
    }

    /** A part of the image, scaled to the side of the whole: cubic convolution with parameter -0.5, columns first. */
    static byte[] crop(byte[] image, int side, Box box) {
        int[][] columns = weights(side, box.width());
        int[][] rows = weights(side, box.height());
        byte[] wide = new byte[3 * box.height() * side];
        byte[] scaled = new byte[image.length];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < box.height(); y++) {
                int from = (c * side + box.top() + y) * side + box.left();
                for (int x = 0; x < side; x++) {
                    wide[(c * box.height() + y) * side + x] = weighted(columns[x], image, from, 1);
                }
            }
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    scaled[(c * side + y) * side + x] = weighted(rows[y], wide, c * box.height() * side + x, side);
                }
            }
        }
        return scaled;
    }

    /** For each of {@code to} pixels the first of the pixels that it is made of, and their weights in fixed point. */
    private static int[][] weights(int to, int from) {
        double scale = (double) from / to;
        int[][] weights = new int[to][];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - 2 + 0.5));
            int end = Math.min(from, (int) (centre + 2 + 0.5));
            double[] exact = new double[end - first];
            double sum = 0;
            for (int k = 0; k < exact.length; k++) {
                exact[k] = filter(k + first - centre + 0.5);
                sum += exact[k];
            }
            weights[i] = new int[1 + exact.length];
            weights[i][0] = first;
            for (int k = 0; k < exact.length; k++) {
                double fixed = exact[k] / sum * (1 << PRECISION);
                weights[i][1 + k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
            }
        }
        return weights;
    }

    private static double filter(double distance) {
        double x = Math.abs(distance);
        if (x < 1) {
            return (1.5 * x - 2.5) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    }

    private static byte weighted(int[] weights, byte[] values, int from, int stride) {
        int sum = 1 << (PRECISION - 1);
        for (int k = 1; k < weights.length; k++) {
            sum += weights[k] * (values[from + (weights[0] + k - 1) * stride] & 0xFF);
        }
        return (byte) Math.clamp(sum >> PRECISION, 0, 255);
    }
}
