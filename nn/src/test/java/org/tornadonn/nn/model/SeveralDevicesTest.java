package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.TwoDevices;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Data-parallel training: two devices with half a batch each do what one does with the whole. */
class SeveralDevicesTest {
    private static final int BATCH = 4;
    private static final int[] LABELS = {2, 0, 1, 1};

    /** Sums of the same numbers in another order, in float: of the loss, and of the largest gradient; 1.2e-5 was seen (RMSNorm). */
    private static final double TOLERANCE = 5e-5;

    private final TornadoDevice[] devices = TwoDevices.find();

    private static float[] pixels(ModelConfig config, int seed) {
        Random random = new Random(seed);
        float[] pixels = new float[BATCH * config.channels() * config.imageSize() * config.imageSize()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    private static Model model(ModelConfig config, TornadoDevice... devices) {
        return new Model(config, new Training(BATCH, 0.1f, 0.05f, 3), devices);
    }

    private static float[] gradients(Model model) {
        model.download();
        return model.gradients().toHeapArray();
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }

    private static double distance(float[] a, float[] b) {
        float[] difference = a.clone();
        for (int i = 0; i < a.length; i++) {
            difference[i] -= b[i];
        }
        return largest(difference) / largest(a);
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.nn.model.ModelTest#all")
    void equalOneDeviceWithTheWholeBatch(ModelTest.Architecture architecture, Norm norm) {
        ModelConfig config = architecture.config(2, norm);
        try (Model one = model(config, devices[0]);
                Model two = model(config, devices)) {
            FloatArray parameters = one.parameters();
            for (int i = 0; i < parameters.getSize(); i++) {
                // Layer scales of 1e-6 would hide the blocks.
                parameters.set(i, parameters.get(i) + 0.1f * (i % 7 - 3));
            }
            two.parameters().getSegment().copyFrom(parameters.getSegment());
            for (int step = 0; step < 5; step++) {
                float[] pixels = pixels(config, step);
                Metrics expected = one.train(pixels, LABELS, 1e-3f);
                Metrics actual = two.train(pixels, LABELS, 1e-3f);
                assertEquals(expected.loss(), actual.loss(), TOLERANCE * expected.loss());
                assertEquals(expected.correct(), actual.correct());
                assertEquals(BATCH, actual.counted());
                assertEquals(0, distance(gradients(one), gradients(two)), TOLERANCE);
            }
            theGradientIsTheMeanOverBothShares(one, two, pixels(config, 9));
            bothCopiesAreTheSame(two, pixels(config, 10));
        }
    }

    /** The gradients of each share alone, by padding the other; a rate of 0 leaves the parameters alone. */
    private static void theGradientIsTheMeanOverBothShares(Model one, Model two, float[] pixels) {
        one.train(pixels, new int[] {LABELS[0], LABELS[1], -1, -1}, 0f);
        float[] first = gradients(one);
        one.train(pixels, new int[] {-1, -1, LABELS[2], LABELS[3]}, 0f);
        float[] second = gradients(one);
        two.train(pixels, LABELS, 0f);
        float[] mean = gradients(two);
        float[] expected = new float[mean.length];
        for (int i = 0; i < mean.length; i++) {
            expected[i] = (first[i] + second[i]) / 2;
        }
        assertEquals(0, distance(expected, mean), TOLERANCE);
        assertTrue(distance(first, mean) > 0.1 && distance(second, mean) > 0.1, "a share is ignored");
        // One sample of the second share is padding: samples count, not shares.
        int[] padded = {LABELS[0], LABELS[1], LABELS[2], -1};
        one.train(pixels, padded, 0f);
        assertEquals(3, two.train(pixels, padded, 0f).counted());
        assertEquals(0, distance(gradients(one), gradients(two)), TOLERANCE);
    }

    /** Shares change places, and the logits with them. */
    private void bothCopiesAreTheSame(Model two, float[] pixels) {
        int half = pixels.length / 2;
        float[] swapped = new float[pixels.length];
        System.arraycopy(pixels, 0, swapped, half, half);
        System.arraycopy(pixels, half, swapped, 0, half);
        two.evaluate(pixels, LABELS);
        float[] logits = two.logits();
        two.evaluate(swapped, LABELS);
        boolean sameKind = devices[0]
                .getPhysicalDevice()
                .getDeviceName()
                .equals(devices[1].getPhysicalDevice().getDeviceName());
        for (int i = 0; i < logits.length; i++) {
            float other = two.logits()[(i + logits.length / 2) % logits.length];
            assertEquals(logits[i], other, sameKind ? 0 : TOLERANCE);
        }
    }

    /** Each sample leaves out the same branches, and the mean gradient is clipped, on two devices in two parts each. */
    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void aStepWithAllThatThereIsEqualsThatOfOneDevice(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(3, Norm.DYT);
        Training training = new Training(BATCH, 0.1f, 0.05f, 3)
                .withAdamW(a -> a.withLayerDecay(0.8f).withClip(0.5f).withEma(0.9f))
                .withDropPath(0.6f);
        try (Model one = new Model(config, training, devices[0]);
                Model two = new Model(config, training.withAccumulation(2), devices)) {
            Golden.fill(one);
            Golden.fill(two);
            for (int step = 0; step < 3; step++) {
                float[] pixels = pixels(config, step);
                Metrics expected = one.train(pixels, LABELS, 1e-4f);
                Metrics actual = two.train(pixels, LABELS, 1e-4f);
                assertEquals(expected.loss(), actual.loss(), TOLERANCE * expected.loss());
                assertEquals(expected.gradientNorm(), actual.gradientNorm(), TOLERANCE * expected.gradientNorm());
                assertEquals(0, distance(gradients(one), gradients(two)), TOLERANCE);
            }
            float[] pixels = pixels(config, 7);
            one.evaluate(pixels, LABELS);
            two.evaluate(pixels, LABELS);
            String norm = one.norms().getLast();
            float[] input = one.activation(norm).input();
            float[] ofFirstHalf = two.activation(norm).input();
            assertEquals(input.length / 2, ofFirstHalf.length);
            for (int i = 0; i < ofFirstHalf.length; i++) {
                assertEquals(input[i], ofFirstHalf[i], 1e-3);
            }
        }
    }

    /** On the embedded engine, which always counts. */
    @Test
    @Tag("embedded")
    void aStepMovesTheMeanGradientToEachDevice() {
        ModelTest.Architecture architecture = ModelTest.Architecture.VIT;
        ModelConfig config = architecture.config(2, Norm.DYT);
        float[] pixels = pixels(config, 1);
        try (Model two = model(config, devices)) {
            two.train(pixels, LABELS, 1e-3f);
            long in = two.bytesIn();
            two.train(pixels, LABELS, 1e-3f);
            // Per device half the batch, six hyper-parameters, the mean, and a table per executed graph.
            long each = 4 * 6 + 4 * two.table().size() + architecture.executions(2) * 256 * 4;
            int targets = BATCH * config.classes();
            assertEquals(4 * pixels.length + 4 * targets + 2 * each, two.bytesIn() - in);
        }
    }

    @Test
    void whatCannotBeSharedIsRefused() {
        ModelConfig config = ModelTest.Architecture.VIT.config(1, Norm.DYT);
        UserException odd =
                assertThrows(UserException.class, () -> new Model(config, new Training(5, 0f, 0f, 1), devices));
        assertTrue(odd.getMessage().contains("devices: 2") && odd.getMessage().contains("such as 6"), odd.getMessage());
        UserException twice = assertThrows(
                UserException.class, () -> new Model(config, new Training(4, 0f, 0f, 1), devices[0], devices[0]));
        assertTrue(twice.getMessage().contains("twice"), twice.getMessage());
    }
}
