package org.tornadonn.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Mix;
import org.tornadonn.nn.Targets;
import org.tornadonn.nn.ValueException;
import org.tornadonn.nn.data.RandAugment.Operation;

/** Operations against what Pillow gives and against known values; what is drawn at random against its ranges. */
class AugmentationTest {
    /** Side of the image of golden/augment.txt. */
    private static final int SIDE = 17;

    private static Map<String, byte[]> golden() {
        Map<String, byte[]> lines = new LinkedHashMap<>();
        try (InputStream in = AugmentationTest.class.getResourceAsStream("/golden/augment.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .forEach(l -> lines.put(
                            l.substring(0, l.lastIndexOf(' ')),
                            Base64.getDecoder().decode(l.substring(l.lastIndexOf(' ') + 1))));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return lines;
    }

    static Stream<String> operations() {
        return golden().keySet().stream().filter(name -> !name.equals("image"));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void givesPillowsBits(String name) {
        Map<String, byte[]> golden = golden();
        byte[] image = golden.get("image");
        String[] words = name.split(" ");
        byte[] actual;
        if (words[0].equals("crop")) {
            int[] box = Arrays.stream(words[1].split(","))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            actual = Geometry.crop(image, SIDE, new Geometry.Box(box[0], box[1], box[2], box[3]));
        } else {
            double argument = words.length == 1 ? 0 : Double.parseDouble(words[1]);
            actual = switch (words[0]) {
                case "autoContrast" -> Colors.autoContrast(image);
                case "equalize" -> Colors.equalize(image);
                case "invert" -> Colors.invert(image);
                case "posterize" -> Colors.posterize(image, (int) argument);
                case "solarize" -> Colors.solarize(image, (int) argument);
                case "solarizeAdd" -> Colors.solarizeAdd(image, (int) argument);
                case "color" -> Colors.color(image, (float) argument);
                case "contrast" -> Colors.contrast(image, (float) argument);
                case "brightness" -> Colors.brightness(image, (float) argument);
                case "sharpness" -> Colors.sharpness(image, SIDE, (float) argument);
                case "rotate" -> Geometry.rotate(image, SIDE, argument);
                case "shearX" -> Geometry.shearX(image, SIDE, argument);
                case "shearY" -> Geometry.shearY(image, SIDE, argument);
                case "translateX" -> Geometry.translateX(image, SIDE, argument);
                case "translateY" -> Geometry.translateY(image, SIDE, argument);
                default -> throw new IllegalStateException(name);
            };
        }
        assertArrayEquals(golden.get(name), actual);
        if (!name.equals("crop 0,0,17,17")) {
            assertNotEquals(0, Arrays.compare(image, actual), "the operation does something");
        }
    }

    @Test
    void levelZeroLeavesAnImageAlone() {
        byte[] image = golden().get("image");
        for (Operation operation : Operation.values()) {
            byte[] changed = operation.apply(image, SIDE, 0, 1);
            switch (operation) {
                // These three have no level, and posterize keeps four bits at its weakest.
                case AUTO_CONTRAST, EQUALIZE, INVERT -> assertNotEquals(0, Arrays.compare(image, changed));
                case POSTERIZE -> assertEquals(image[0] & 0xF0, changed[0] & 0xFF);
                default -> assertArrayEquals(image, changed, operation.toString());
            }
        }
    }

    @Test
    void levelsAreTimms() {
        byte[] image = golden().get("image");
        assertArrayEquals(Colors.posterize(image, 1), Operation.POSTERIZE.apply(image, SIDE, 0.9, 1));
        assertArrayEquals(new byte[image.length], Operation.POSTERIZE.apply(image, SIDE, 1, 1));
        assertArrayEquals(Colors.solarize(image, 26), Operation.SOLARIZE.apply(image, SIDE, 0.9, 1));
        assertArrayEquals(Colors.solarizeAdd(image, 99), Operation.SOLARIZE_ADD.apply(image, SIDE, 0.9, 1));
        assertArrayEquals(Colors.color(image, 0.1f), Operation.COLOR.apply(image, SIDE, 1, -1));
        assertArrayEquals(Colors.contrast(image, 1.9f), Operation.CONTRAST.apply(image, SIDE, 1, 1));
        assertArrayEquals(Geometry.rotate(image, SIDE, -30), Operation.ROTATE.apply(image, SIDE, 1, -1));
        assertArrayEquals(Geometry.shearX(image, SIDE, 0.3), Operation.SHEAR_X.apply(image, SIDE, 1, 1));
        assertArrayEquals(
                Geometry.translateY(image, SIDE, -0.45 * SIDE), Operation.TRANSLATE_Y.apply(image, SIDE, 1, -1));
    }

    /** By hand: a translation by whole pixels, and a quarter turn, which Pillow does by another way. */
    @Test
    void whatMovesComesFromWhereItShould() {
        byte[] image = golden().get("image");
        byte[] moved = Geometry.translateX(image, SIDE, 3);
        byte[] turned = Geometry.rotate(image, SIDE, 90);
        int[] fill = {124, 116, 104};
        for (int i = 0; i < image.length; i++) {
            int x = i % SIDE;
            int y = i / SIDE % SIDE;
            int plane = i - x - y * SIDE;
            assertEquals(x + 3 < SIDE ? image[i + 3] : (byte) fill[plane / SIDE / SIDE], moved[i]);
            assertEquals(image[plane + x * SIDE + SIDE - 1 - y] & 0xFF, turned[i] & 0xFF, 1);
        }
    }

    @Test
    void randAugmentDoesAllOperationsAndNone() {
        byte[] image = golden().get("image");
        SplittableRandom random = new SplittableRandom(3);
        int same = 0;
        int draws = 4000;
        for (int i = 0; i < draws; i++) {
            same += Arrays.equals(image, RandAugment.apply(image, SIDE, 9, random)) ? 1 : 0;
        }
        // A quarter does neither of the two; inverting twice and the like are rare.
        assertEquals(0.25, (double) same / draws, 0.03);
    }

    @Test
    void cropsAreInTheirRanges() {
        SplittableRandom random = new SplittableRandom(4);
        int side = 224;
        double least = 1;
        double most = 0;
        double mean = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            Geometry.Box box = RandomBoxes.crop(side, 0.08, random);
            double share = (double) box.width() * box.height() / (side * side);
            double ratio = (double) box.width() / box.height();
            assertTrue(box.left() >= 0 && box.left() + box.width() <= side, box.toString());
            assertTrue(box.top() >= 0 && box.top() + box.height() <= side, box.toString());
            assertTrue(ratio > 0.73 && ratio < 1.36, box.toString());
            least = Math.min(least, share);
            most = Math.max(most, share);
            mean += share / draws;
        }
        assertEquals(0.08, least, 0.005);
        assertEquals(1, most, 0.02);
        // What does not fit is drawn again: of areas a above 3/4 the share -ln a / ln 4/3 fits, which makes the mean
        // 0.476.
        assertEquals(0.476, mean, 0.01);
    }

    @Test
    void erasingFillsARectangleWithNoise() {
        SplittableRandom random = new SplittableRandom(5);
        int side = 32;
        double sum = 0;
        double squares = 0;
        long erased = 0;
        int draws = 500;
        for (int i = 0; i < draws; i++) {
            float[] image = new float[3 * side * side];
            Arrays.fill(image, 50f);
            RandomBoxes.erase(image, 0, 3, side, random);
            int changed = 0;
            int left = side;
            int right = 0;
            int top = side;
            int bottom = 0;
            for (int k = 0; k < side * side; k++) {
                assertEquals(image[k] == 50f, image[2 * side * side + k] == 50f, "all channels");
                if (image[k] != 50f) {
                    changed++;
                    sum += image[k];
                    squares += image[k] * image[k];
                    left = Math.min(left, k % side);
                    right = Math.max(right, k % side);
                    top = Math.min(top, k / side);
                    bottom = Math.max(bottom, k / side);
                }
            }
            assertEquals(changed, (right - left + 1) * (bottom - top + 1), "one rectangle");
            assertTrue(changed > 0.015 * side * side && changed < 0.36 * side * side, "pixels " + changed);
            erased += changed;
        }
        assertEquals(0, sum / erased, 0.02);
        assertEquals(1, squares / erased, 0.03);
    }

    @Test
    void betaHasItsMeanAndVariance() {
        for (double alpha : new double[] {0.2, 0.8, 1, 3}) {
            SplittableRandom random = new SplittableRandom(6);
            double sum = 0;
            double squares = 0;
            int draws = 100_000;
            for (int i = 0; i < draws; i++) {
                double v = MixDraw.beta(alpha, random) - 0.5;
                assertTrue(Math.abs(v) <= 0.5);
                sum += v;
                squares += v * v;
            }
            assertEquals(0, sum / draws, 0.005);
            assertEquals(1 / (4 * (2 * alpha + 1)), squares / draws, 0.003);
        }
    }

    /** The share of the own pixels in an image is λ, and so is that of the own label in its target. */
    @Test
    void mixesImagesAsTheirTargets() {
        int side = 8;
        int cuts = 0;
        for (int draw = 0; draw < 200; draw++) {
            Mix mix = MixDraw.draw(Augmentation.paper(), side, new SplittableRandom(draw));
            assertTrue(mix.left() >= 0 && mix.left() + mix.width() <= side, mix.toString());
            assertTrue(mix.top() >= 0 && mix.top() + mix.height() <= side, mix.toString());
            double box = (double) mix.width() * mix.height() / (side * side);
            assertEquals(mix.lambda(), 1 - box + mix.kept() * box, 1e-6);
            float[] targets = Targets.mixed(new int[] {0, 1, 2, 3, -1, -1}, mix.lambda(), 4);
            for (int i = 0; i < 4; i++) {
                assertEquals(mix.lambda(), targets[i * 4 + i], 1e-6);
                assertEquals(1 - mix.lambda(), targets[i * 4 + (i + 1) % 2 + i / 2 * 2], 1e-6, "that of the neighbour");
            }
            assertArrayEquals(new float[8], Arrays.copyOfRange(targets, 16, 24), "padding");
            boolean cut = mix.kept() == 0;
            assertTrue(cut || mix.width() == side && mix.height() == side, "mixup is everywhere");
            cuts += cut ? 1 : 0;
        }
        assertTrue(cuts > 70 && cuts < 130, cuts + " of 200 are cutmix");
        assertEquals(Mix.NONE, MixDraw.draw(Augmentation.padCrop(), side, new SplittableRandom(1)));
    }

    @Test
    void batchesAreAFunctionOfSeedAndStepWithAnyThreads() {
        ImageSet set = DrawnImages.create(20, 3);
        for (Augmentation augmentation :
                new Augmentation[] {Augmentation.none(), Augmentation.padCrop(), Augmentation.paper()}) {
            Batches.Batch[] all = new Batches.Batch[9];
            try (Batches batches = Batches.training(set, 6, 11, 0, augmentation, 1)) {
                for (int i = 0; i < all.length; i++) {
                    all[i] = batches.next();
                }
            }
            // Step 5 is in the middle of an epoch of three.
            try (Batches later = Batches.training(set, 6, 11, 5, augmentation, 4)) {
                for (int i = 5; i < all.length; i++) {
                    Batches.Batch b = later.next();
                    assertArrayEquals(all[i].labels(), b.labels());
                    assertArrayEquals(all[i].images(), b.images());
                    assertEquals(all[i].mix(), b.mix());
                }
            }
            try (Batches other = Batches.training(set, 6, 12, 0, augmentation, 4)) {
                assertNotEquals(0, Arrays.compare(all[0].images(), other.next().images()), "the seed matters");
            }
        }
    }

    /** Crop and flip of an image by hand. */
    @Test
    void padCropShiftsAndMirrors() {
        ImageSet set = DrawnImages.create(1, 3);
        float[] plain = new float[3 * 32 * 32];
        float[] changed = new float[3 * 32 * 32];
        set.image(0, plain, 0);
        int mirrored = 0;
        for (int seed = 0; seed < 100; seed++) {
            set.image(0, Augmentation.padCrop(), new SplittableRandom(seed), changed, 0);
            boolean found = false;
            for (int dy = -4; dy <= 4; dy++) {
                for (int dx = -4; dx <= 4; dx++) {
                    if (Arrays.equals(changed, shifted(plain, dx, dy, false))) {
                        found = true;
                    } else if (Arrays.equals(changed, shifted(plain, dx, dy, true))) {
                        found = true;
                        mirrored++;
                    }
                }
            }
            assertTrue(found, "seed " + seed);
        }
        assertTrue(mirrored > 30 && mirrored < 70, mirrored + " of 100 are mirrored");
    }

    private static float[] shifted(float[] image, int dx, int dy, boolean mirrored) {
        float[] shifted = new float[image.length];
        for (int i = 0; i < image.length; i++) {
            int x = (mirrored ? 31 - i % 32 : i % 32) + dx;
            int y = i / 32 % 32 + dy;
            shifted[i] = x < 0 || x > 31 || y < 0 || y > 31 ? 0f : image[i / 1024 * 1024 + y * 32 + x];
        }
        return shifted;
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        ValueException e = assertThrows(ValueException.class, () -> new Augmentation(0, true, 0, 0, 0, 0, 0));
        assertEquals("crop is 0; allowed is 0.001 to 1.", e.getMessage());
        assertEquals("crop", e.key());
        assertThrows(ValueException.class, () -> new Augmentation(0, true, 1, 11, 0, 0, 0));
        assertThrows(ValueException.class, () -> new Augmentation(0, true, 1, 0, Double.NaN, 0, 0));
        assertThrows(ValueException.class, () -> new Augmentation(0, true, 1, 0, 0, -1, 0));
    }
}
