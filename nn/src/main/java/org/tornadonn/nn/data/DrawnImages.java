package org.tornadonn.nn.data;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Ten classes of drawn outlines that need no file: each image a function of the seed and its index, with the shape's colour,
 * thickness, position, size and rotation, the background, stray lines and noise all drawn at random. Pixels alone say little about the class: a linear
 * model stays far below a network that sees shapes.
 */
public final class DrawnImages {
    private static final int SIDE = 32;
    private static final double ROTATION = Math.PI / 8;
    private static final int STRAY_LINES = 2;
    private static final double NOISE = 12;
    /** Of the classes. */
    public static final List<String> NAMES = List.of(
            "ring", "square", "triangle", "star", "cross", "arrow", "spiral", "zigzag", "crescent", "hourglass");

    private DrawnImages() {}

    /** {@code size} images of side 32; sets of different seeds share no image. */
    public static ImageSet create(int size, long seed) {
        int[] labels = IntStream.range(0, size).map(i -> i % NAMES.size()).toArray();
        List<byte[]> pixels = IntStream.range(0, size)
                .parallel()
                .mapToObj(i -> draw(labels[i], new SplittableRandom(seed * 1_000_003L + i)))
                .toList();
        return new ByteImages(pixels, labels, NAMES, SIDE);
    }

    private static byte[] draw(int label, SplittableRandom random) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        Color background = dark(random);
        g.setColor(background);
        g.fillRect(0, 0, SIDE, SIDE);
        for (int i = 0; i < STRAY_LINES; i++) {
            g.setColor(color(random));
            g.setStroke(new BasicStroke((float) random.nextDouble(0.5, 1.5)));
            g.drawLine(random.nextInt(SIDE), random.nextInt(SIDE), random.nextInt(SIDE), random.nextInt(SIDE));
        }
        double radius = random.nextDouble(6, 11);
        AffineTransform place = AffineTransform.getTranslateInstance(
                random.nextDouble(radius, SIDE - radius), random.nextDouble(radius, SIDE - radius));
        place.rotate(random.nextDouble(-ROTATION, ROTATION));
        place.scale(radius, radius);
        g.setColor(brighter(background, random));
        g.setStroke(new BasicStroke((float) random.nextDouble(2, 3.5), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(place.createTransformedShape(shape(label)));
        g.dispose();
        byte[] pixels = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int rgb = image.getRGB(i % SIDE, i / SIDE);
            for (int c = 0; c < 3; c++) {
                double value = (rgb >> (16 - 8 * c) & 0xFF) + NOISE * random.nextGaussian();
                pixels[c * SIDE * SIDE + i] = (byte) Math.clamp(Math.round(value), 0, 255);
            }
        }
        return pixels;
    }

    private static Color color(SplittableRandom random) {
        return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256));
    }

    private static Color dark(SplittableRandom random) {
        return new Color(random.nextInt(110), random.nextInt(110), random.nextInt(110));
    }

    /** A colour clearly brighter than the other, so that a shape is seen by its edges and not by one hue. */
    private static Color brighter(Color other, SplittableRandom random) {
        while (true) {
            Color color = color(random);
            if (brightness(color) - brightness(other) > 60) {
                return color;
            }
        }
    }

    private static double brightness(Color c) {
        return 0.3 * c.getRed() + 0.59 * c.getGreen() + 0.11 * c.getBlue();
    }

    /** The outline of a class in the square from -1 to 1. */
    private static Path2D shape(int label) {
        return switch (label) {
            case 0 -> polar(48, true, i -> 1);
            case 1 -> path(true, -0.8, -0.8, 0.8, -0.8, 0.8, 0.8, -0.8, 0.8);
            case 2 -> path(true, 0, -1, 0.87, 0.6, -0.87, 0.6);
            case 3 -> polar(10, true, i -> i % 2 == 0 ? 1 : 0.4);
            case 4 -> lines(-1, 0, 1, 0, 0, -1, 0, 1);
            case 5 -> lines(-1, 0, 1, 0, 1, 0, 0.3, -0.6, 1, 0, 0.3, 0.6);
            case 6 -> spiral();
            case 7 -> path(false, -1, 0.5, -0.5, -0.5, 0, 0.5, 0.5, -0.5, 1, 0.5);
            case 8 -> crescent();
            default -> path(true, -0.7, -0.9, 0.7, -0.9, -0.7, 0.9, 0.7, 0.9);
        };
    }

    private static Path2D path(boolean closed, double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        if (closed) {
            path.closePath();
        }
        return path;
    }

    private static Path2D lines(double... ends) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < ends.length; i += 4) {
            path.moveTo(ends[i], ends[i + 1]);
            path.lineTo(ends[i + 2], ends[i + 3]);
        }
        return path;
    }

    private static Path2D polar(int corners, boolean closed, java.util.function.IntToDoubleFunction radius) {
        double[] xy = new double[2 * corners];
        for (int i = 0; i < corners; i++) {
            double angle = 2 * Math.PI * i / corners - Math.PI / 2;
            xy[2 * i] = radius.applyAsDouble(i) * Math.cos(angle);
            xy[2 * i + 1] = radius.applyAsDouble(i) * Math.sin(angle);
        }
        return path(closed, xy);
    }

    private static Path2D spiral() {
        double[] xy = new double[120];
        for (int i = 0; i < 60; i++) {
            double angle = 4 * Math.PI * i / 60;
            xy[2 * i] = i / 60.0 * Math.cos(angle);
            xy[2 * i + 1] = i / 60.0 * Math.sin(angle);
        }
        return path(false, xy);
    }

    private static Path2D crescent() {
        double[] xy = new double[80];
        for (int i = 0; i < 20; i++) {
            double angle = Math.PI * (0.5 + i / 19.0);
            xy[2 * i] = 0.3 + Math.cos(angle);
            xy[2 * i + 1] = Math.sin(angle);
            xy[78 - 2 * i] = 0.3 + 0.45 * Math.cos(angle);
            xy[79 - 2 * i] = Math.sin(angle);
        }
        return path(true, xy);
    }
}
