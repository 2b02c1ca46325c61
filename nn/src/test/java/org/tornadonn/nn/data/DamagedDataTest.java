package org.tornadonn.nn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadonn.nn.UserException;

/** Images and zips that are damaged or made to harm are left out or refused by name, in little time and memory. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamagedDataTest {
    private static final int MUTATIONS = 200;
    private static final int SIDE = 20;
    private static final int GOOD = 10;
    /** What decoding the largest image that is allowed needs, and a little. */
    private static final long MOST_ALLOCATED = 400L << 20;

    private final Random random = new Random(17);

    @TempDir
    Path folder;

    private byte[] image(String format) throws IOException {
        BufferedImage image = new BufferedImage(
                SIDE, SIDE, format.equals("gif") ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, random.nextInt(1 << 24));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, bytes));
        return bytes.toByteArray();
    }

    /** Every fourth cut off, the others with one to three bytes changed, half of them among the first or the last. */
    private byte[] mutated(byte[] good, int i, int from, int to) {
        if (i % 4 == 0) {
            return Arrays.copyOf(good, random.nextInt(good.length));
        }
        byte[] bytes = good.clone();
        for (int k = 0; k < i % 4; k++) {
            int at = random.nextBoolean() ? random.nextInt(from, to) : random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
        }
        return bytes;
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    private static ImageFolder load(Path path) {
        long before = allocated();
        try {
            return ImageFolder.load(path, 8, null);
        } finally {
            long bytes = allocated() - before;
            assertTrue(bytes < MOST_ALLOCATED, "allocated " + bytes);
        }
    }

    private void goodImages() throws IOException {
        for (int i = 0; i < GOOD; i++) {
            Path to = Files.createDirectories(folder.resolve("data/class" + i % 2));
            Files.write(to.resolve(i + ".png"), image("png"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
    void aMutatedImageIsReadOrLeftOutByName(String format) throws IOException {
        goodImages();
        byte[] good = image(format);
        Path bad = folder.resolve("data/class0/bad." + format);
        int left = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Files.write(bad, mutated(good, i, 0, Math.min(good.length, 60)));
            ImageFolder data = load(folder.resolve("data"));
            assertEquals(
                    GOOD + 1,
                    data.train().size() + data.test().size() + data.skipped().size());
            for (String name : data.skipped()) {
                left++;
                assertTrue(name.startsWith(bad + " (") && !name.endsWith("(null)"), name);
                UserException e = assertThrows(UserException.class, () -> ImageFolder.unlabelled(bad, 8));
                assertTrue(e.getMessage().startsWith(bad + " is not an image"), e.getMessage());
            }
        }
        System.out.printf("%s: %d of %d mutated files are left out%n", format, left, MUTATIONS);
        assertTrue(left > MUTATIONS / 10, "left out: " + left);
    }

    /** The sides in a header, and where they are, for each format. */
    private static byte[] withSides(byte[] image, String format, int sides) {
        ByteBuffer bytes = ByteBuffer.wrap(image.clone());
        switch (format) {
            case "png" -> bytes.putInt(16, sides).putInt(20, sides);
            // With a length of file that so many pixels would have, for Java's reader compares the two.
            case "bmp" ->
                bytes.order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(2, Integer.MAX_VALUE)
                        .putInt(18, sides)
                        .putInt(22, sides);
            case "gif" -> {
                int descriptor = 13 + 3 * 256;
                while (image[descriptor] != ',') {
                    descriptor++;
                }
                bytes.order(ByteOrder.LITTLE_ENDIAN)
                        .putShort(descriptor + 5, (short) sides)
                        .putShort(descriptor + 7, (short) sides);
            }
            default -> {
                int frame = 2;
                while (bytes.get(frame + 1) != (byte) 0xC0) {
                    frame += 2 + bytes.getShort(frame + 2);
                }
                bytes.putShort(frame + 5, (short) sides).putShort(frame + 7, (short) sides);
            }
        }
        return bytes.array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
    void declaredSidesAreCheckedBeforeAnythingIsAllocated(String format) throws IOException {
        Path file = Files.write(folder.resolve("huge." + format), withSides(image(format), format, 20_000));
        long before = allocated();
        UserException e = assertThrows(UserException.class, () -> ImageFolder.unlabelled(file, 8));
        assertTrue(e.getMessage().contains("20000 x 20000 pixels, more than 64 million"), e.getMessage());
        assertTrue(allocated() - before < 8 << 20, "allocated " + (allocated() - before));
        // The same place with the right sides: the check is about them.
        Files.write(file, withSides(image(format), format, SIDE));
        assertEquals(1, ImageFolder.unlabelled(file, 8).files().size());
    }

    @Test
    void aFileOfManyBytesIsNotRead() throws IOException {
        Path file = folder.resolve("long.png");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        long before = allocated();
        UserException e = assertThrows(UserException.class, () -> ImageFolder.unlabelled(file, 8));
        assertTrue(e.getMessage().contains("more than 64 MB"), e.getMessage());
        assertTrue(allocated() - before < 8 << 20, "allocated " + (allocated() - before));
    }

    private interface Entries {
        void write(ZipOutputStream zip) throws IOException;
    }

    /** A zip of ten images in two classes, and more. */
    private byte[] zip(Entries more) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < GOOD; i++) {
                zip.putNextEntry(new ZipEntry("class" + i % 2 + "/image" + i + ".png"));
                zip.write(image("png"));
            }
            more.write(zip);
        }
        return bytes.toByteArray();
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("images.zip"), bytes);
    }

    private void refused(byte[] bytes, String reason) throws IOException {
        Path zip = file(bytes);
        UserException e = assertThrows(UserException.class, () -> load(zip));
        assertTrue(e.getMessage().contains(zip.toString()) && e.getMessage().contains(reason), e.getMessage());
    }

    /** Where the directory at the end of a zip begins. */
    private static int directory(byte[] zip) {
        return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(zip.length - 6);
    }

    private static byte[] replaced(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(from) && from.length() == to.length());
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void aMutatedZipIsReadOrRefusedByName() throws IOException {
        byte[] good = zip(_ -> {});
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Path zip = file(mutated(good, i, directory(good), good.length));
            try {
                ImageFolder data = load(zip);
                assertTrue(data.train().size()
                                + data.test().size()
                                + data.skipped().size()
                        <= GOOD);
            } catch (UserException e) {
                refused++;
                assertTrue(e.getMessage().contains(zip.toString()), e.getMessage());
            }
        }
        System.out.printf("zip: %d of %d mutated files are refused%n", refused, MUTATIONS);
        assertTrue(refused > MUTATIONS / 4, "refused " + refused);
    }

    @Test
    void zipsThatAreMadeToHarm() throws IOException {
        byte[] good = zip(_ -> {});
        assertEquals(0, load(file(good)).skipped().size());
        refused(replaced(good, "class0/image0.png", "../../../home.png"), "'..'");
        byte[] encrypted = good.clone();
        encrypted[directory(good) + 8] |= 1;
        refused(encrypted, "encrypted");
        byte[] many = good.clone();
        Arrays.fill(many, many.length - 14, many.length - 10, (byte) 0xFF);
        assertEquals(0, load(file(many)).skipped().size());
        refused(nested(good), "class folders");
        ImageFolder twice = load(file(replaced(good, "image1.png", "image3.png")));
        assertTrue(twice.train().size() + twice.test().size() <= GOOD);
    }

    private static byte[] nested(byte[] inner) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("inner.zip"));
            zip.write(inner);
        }
        return bytes.toByteArray();
    }

    private static void zeros(OutputStream out, int megabytes) throws IOException {
        byte[] megabyte = new byte[1 << 20];
        for (int i = 0; i < megabytes; i++) {
            out.write(megabyte);
        }
    }

    /** An entry of a hundred kilobytes that becomes a hundred megabytes: by its own word, and when it lies. */
    @Test
    void anEntryThatInflatesWithoutEndIsLeftOut() throws IOException {
        byte[] bomb = zip(zip -> {
            zip.putNextEntry(new ZipEntry("class0/bomb.png"));
            zeros(zip, 100);
        });
        List<String> skipped = load(file(bomb)).skipped();
        assertEquals(List.of("/class0/bomb.png (more than 64 MB)"), skipped);
        byte[] lying = bomb.clone();
        int name = new String(bomb, StandardCharsets.ISO_8859_1).lastIndexOf("class0/bomb.png");
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(name - 46 + 24, 1000);
        assertEquals(1, load(file(lying)).skipped().size());
    }
}
