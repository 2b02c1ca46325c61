package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.nn.Mix;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Targets;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.TwoDevices;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Mixup and cutmix in whole models. */
class MixingTest {
    private static final int BATCH = 8;
    private static final int[] LABELS = {1, 2, 0, 1, 2, 0, 1, 2};
    private static final Training PLAIN = new Training(BATCH, 0f, 0f, 3);
    private static final Training MIXING = PLAIN.withMixing(true);
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    private static float[] pixels(ModelConfig config) {
        Random random = new Random(5);
        float[] pixels = new float[BATCH * config.imageValues()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    private static Model model(ModelConfig config, Training training, TornadoDevice... devices) {
        Model model = new Model(config, training, devices);
        Golden.fill(model);
        return model;
    }

    private static Mix[] mixes(ModelConfig config) {
        int side = config.imageSize();
        return new Mix[] {Mix.mixup(0.3f, side), Mix.cutmix(1, 2, side / 2, side / 4, side), Mix.NONE};
    }

    /** What the device should make of the images. */
    private static float[] mixed(float[] pixels, Mix mix, ModelConfig config) {
        float[] mixed = pixels.clone();
        int side = config.imageSize();
        int values = config.imageValues();
        for (int i = 0; i < pixels.length; i++) {
            int x = i % side - mix.left();
            int y = i / side % side - mix.top();
            if (x >= 0 && x < mix.width() && y >= 0 && y < mix.height()) {
                int partner = Mix.partner(i / values) * values + i % values;
                mixed[i] = mix.kept() * pixels[i] + (1 - mix.kept()) * pixels[partner];
            }
        }
        return mixed;
    }

    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void trainsOnMixedImagesAndEvaluatesWithThemAsTheyAre(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(1, Norm.DYT);
        float[] pixels = pixels(config);
        try (Model plain = model(config, PLAIN, device);
                Model mixing = model(config, MIXING, device)) {
            plain.evaluate(pixels, LABELS);
            float[] logits = plain.logits();
            double unmixed = plain.train(pixels, LABELS, 0f).loss();
            for (Mix mix : mixes(config)) {
                float[] targets = Targets.mixed(LABELS, mix.lambda(), config.classes());
                Metrics expected = plain.train(mixed(pixels, mix, config), targets, Mix.NONE, 0f);
                Metrics actual = mixing.train(pixels, LABELS, mix, 0f);
                assertEquals(expected.loss(), actual.loss(), 1e-5);
                assertEquals(expected.gradientNorm(), actual.gradientNorm(), 5e-5 * expected.gradientNorm());
                assertEquals(mix.equals(Mix.NONE), Math.abs(unmixed - actual.loss()) < 1e-5, "it is mixed");
                mixing.evaluate(pixels, LABELS);
                assertArrayEquals(logits, mixing.logits(), "an evaluation mixes nothing");
            }
        }
    }

    @Test
    void partsOfABatchAreMixedAsTheWhole() {
        ModelConfig config = ModelTest.Architecture.VIT.config(1, Norm.DYT);
        float[] pixels = pixels(config);
        try (Model whole = model(config, MIXING, device);
                Model parts = model(config, MIXING.withAccumulation(2), TwoDevices.find())) {
            for (Mix mix : mixes(config)) {
                Metrics expected = whole.train(pixels, LABELS, mix, 0f);
                Metrics actual = parts.train(pixels, LABELS, mix, 0f);
                assertEquals(expected.loss(), actual.loss(), 1e-5);
                assertEquals(expected.gradientNorm(), actual.gradientNorm(), 5e-5 * expected.gradientNorm());
            }
        }
    }

    @Test
    void pairsMustNotBeTornApart() {
        ModelConfig config = ModelTest.Architecture.VIT.config(1, Norm.DYT);
        UserException e = assertThrows(UserException.class, () -> model(config, MIXING.withAccumulation(8), device));
        assertTrue(e.getMessage().contains("here it is 1"), e.getMessage());
        assertTrue(e.getMessage().contains("such as 16"), e.getMessage());
        try (Model plain = model(config, PLAIN, device)) {
            Mix mix = Mix.mixup(0.3f, config.imageSize());
            assertThrows(IllegalArgumentException.class, () -> plain.train(pixels(config), LABELS, mix, 0f));
        }
    }
}
