package org.tornadonn.nn.data;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes image files that may be damaged, or made to harm: the size of what is allocated is known, and bounded, before. */
final class ImageFile {
    /** More than most cameras have; an image of so many pixels takes 256 MB while it is decoded. */
    private static final long MOST_PIXELS = 64_000_000;

    private static final int MOST_BYTES = 64_000_000;

    private ImageFile() {}

    /**
     * The pixels [3, size, size] of an image scaled to a square.
     *
     * @throws IOException that says what is wrong with the file
     */
    static byte[] pixels(Path file, int size) throws IOException {
        // What a zip says of an entry may be a lie, so that the bytes are counted too.
        if (Files.size(file) > MOST_BYTES) {
            throw tooLong();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw tooLong();
            }
            return pixels(bytes, size);
        }
    }

    private static IOException tooLong() {
        return new IOException("more than 64 MB");
    }

    /** As above, of a file's bytes. */
    static byte[] pixels(byte[] file, int size) throws IOException {
        BufferedImage image = scaled(decode(file), size);
        byte[] pixels = new byte[3 * size * size];
        int[] rgb = image.getRGB(0, 0, size, size, null, 0, size);
        for (int i = 0; i < rgb.length; i++) {
            for (int c = 0; c < 3; c++) {
                pixels[c * size * size + i] = (byte) (rgb[i] >> (16 - 8 * c));
            }
        }
        return pixels;
    }

    private static BufferedImage decode(byte[] file) throws IOException {
        // ImageIO's own choice for a stream would be a temporary file.
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("no png, jpg, bmp or gif");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                int width = reader.getWidth(0);
                int height = reader.getHeight(0);
                if ((long) width * height > MOST_PIXELS) {
                    throw new IOException(width + " x " + height + " pixels, more than 64 million");
                }
                return reader.read(0);
            } catch (RuntimeException e) {
                // What ImageIO's readers throw for some damages.
                throw new IOException("damaged", e);
            } finally {
                reader.dispose();
            }
        }
    }

    private static BufferedImage scaled(BufferedImage image, int size) {
        if (image.getWidth() == size && image.getHeight() == size) {
            return image;
        }
        BufferedImage scaled = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = scaled.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.drawImage(image, 0, 0, size, size, null);
        g.dispose();
        return scaled;
    }
}
