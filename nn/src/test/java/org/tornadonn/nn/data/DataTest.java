package org.tornadonn.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.nn.UserException;

class DataTest {
    @TempDir
    Path folder;

    private static void image(Path file, int side, int rgb) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            image.setRGB(i % side, i / side, rgb);
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private void classes(int perClass) throws IOException {
        for (int i = 0; i < perClass; i++) {
            image(folder.resolve("cats/" + i + ".png"), 20, 0xFF0000);
            image(folder.resolve("dogs/" + i + ".png"), 8, 0x0000FF);
        }
    }

    @Test
    void readsClassFoldersAndSplits() throws IOException {
        classes(10);
        ImageFolder data = ImageFolder.load(folder, 8, null);
        assertEquals(16, data.train().size());
        assertEquals(4, data.test().size());
        assertEquals(java.util.List.of("cats", "dogs"), data.train().classNames());
        float[] pixels = new float[3 * 64];
        int label = data.train().image(0, pixels, 0);
        assertEquals(label == 0 ? (255 - 0.485 * 255) / (0.229 * 255) : -0.485 / 0.229, pixels[0], 1e-4);
    }

    @Test
    void readsAZipWithTrainAndTest() throws IOException {
        classes(3);
        Path zip = folder.resolve("images.zip");
        try (FileSystem out = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of("create", "true"))) {
            for (String part : new String[] {"train", "test"}) {
                for (String name : new String[] {"cats", "dogs"}) {
                    Path to = Files.createDirectories(out.getPath("top", part, name));
                    Files.copy(folder.resolve(name + "/1.png"), to.resolve("1.png"));
                }
            }
        }
        ImageFolder data = ImageFolder.load(zip, 16, null);
        assertEquals(2, data.train().size());
        assertEquals(2, data.test().size());
    }

    @Test
    void badDataIsExplained() throws IOException {
        says("There is no", folder.resolve("nowhere"));
        says("class folders", folder);
        classes(10);
        Files.createDirectories(folder.resolve("empty"));
        says("holds no image", folder);
        Files.delete(folder.resolve("empty"));
        Path broken = folder.resolve("cats/broken.png");
        Files.writeString(broken, "no image");
        assertEquals(1, ImageFolder.load(folder, 8, null).skipped().size());
        Files.writeString(folder.resolve("cats/broken2.png"), "no image");
        says("cannot be decoded", folder);
        Path text = folder.resolve("text.zip");
        Files.writeString(text, "no zip");
        says("neither a folder nor a zip", text);
    }

    private static void says(String part, Path path) {
        UserException e = assertThrows(UserException.class, () -> ImageFolder.load(path, 8, null));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void anEvaluationIsOnePassInOrder() {
        try (Batches pass = Batches.evaluation(DrawnImages.create(20, 3), 6)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(6, pass.next().labels().length);
            }
            Batches.Batch last = pass.next();
            assertArrayEquals(new int[] {8, 9, -1, -1, -1, -1}, last.labels());
            assertNull(pass.next());
        }
    }

    @Test
    void aLinearModelStaysFarBelow() {
        double accuracy = LinearModel.accuracy(DrawnImages.create(8000, 1), DrawnImages.create(1000, 2), 3, 1e-4f);
        System.out.printf("linear model on drawn shapes: test accuracy %.1f%%%n", 100 * accuracy);
        assertTrue(accuracy > 0.12 && accuracy < 0.4, "accuracy " + accuracy);
    }
}
