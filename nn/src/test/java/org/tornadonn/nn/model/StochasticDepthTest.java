package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Drop path in whole models. */
class StochasticDepthTest {
    private static final int BATCH = 8;
    private static final int[] LABELS = {1, 2, 0, 1, 2, 0, 1, 2};
    private static final Training PLAIN = new Training(BATCH, 0f, 0f, 3);
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    private static float[] pixels(ModelConfig config) {
        Random random = new Random(5);
        float[] pixels = new float[BATCH * config.channels() * config.imageSize() * config.imageSize()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    private Model model(ModelConfig config, Training training) {
        Model model = new Model(config, training, device);
        Golden.fill(model);
        return model;
    }

    /** The loss of step {@code step} with the weights moved along a direction, and the gradient. */
    private double loss(ModelConfig config, long step, double[] direction, double by, float[] gradient) {
        try (Model model = model(config, PLAIN.withDropPath(0.6f))) {
            for (int i = 0; i < model.table().size(); i++) {
                model.parameters().set(i, (float) (model.parameters().get(i) + by * direction[i]));
            }
            model.resumeAt(step);
            double loss = model.train(pixels(config), LABELS, 0f).loss();
            model.download();
            System.arraycopy(model.gradients().toHeapArray(), 0, gradient, 0, gradient.length);
            return loss;
        }
    }

    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void gradientsAreThoseOfTheLossWithTheSameSamplesLeftOut(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(3, Norm.DYT);
        int n = config.parameters().size();
        float[] gradient = new float[n];
        float[] unused = new float[n];
        double[] none = new double[n];
        double atStep4 = loss(config, 4, none, 0, gradient);
        assertEquals(atStep4, loss(config, 4, none, 0, unused), "the same step leaves out the same");
        assertArrayEquals(gradient, unused);
        assertNotEquals(atStep4, loss(config, 5, none, 0, unused), "another step leaves out others");
        Random random = new Random(6);
        for (int k = 0; k < 3; k++) {
            double[] direction = new double[n];
            double expected = 0;
            double length = 0;
            for (int i = 0; i < n; i++) {
                // Towards the gradient, so that the loss changes by much more than rounding does.
                direction[i] = gradient[i] * (1 + random.nextGaussian());
                expected += direction[i] * gradient[i];
                length += direction[i] * direction[i];
            }
            double h = 2e-3 / Math.sqrt(length);
            double slope = (loss(config, 4, direction, h, unused) - loss(config, 4, direction, -h, unused)) / (2 * h);
            assertEquals(expected, slope, 5e-3 * Math.abs(expected));
        }
    }

    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void evaluationLeavesOutNothing(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(3, Norm.LAYER_NORM);
        float[] pixels = pixels(config);
        try (Model plain = model(config, PLAIN);
                Model dropping = model(config, PLAIN.withDropPath(0.6f))) {
            plain.evaluate(pixels, LABELS);
            float[] logits = plain.logits();
            dropping.evaluate(pixels, LABELS);
            assertArrayEquals(logits, dropping.logits());
            assertNotEquals(
                    plain.train(pixels, LABELS, 0f).loss(),
                    dropping.train(pixels, LABELS, 0f).loss());
            dropping.evaluate(pixels, LABELS);
            assertArrayEquals(logits, dropping.logits(), "as before training");
        }
    }

    /** In parts of the batch too each sample has its own fate. */
    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void microBatchesLeaveOutTheSame(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(3, Norm.DYT);
        float[] pixels = pixels(config);
        try (Model whole = model(config, PLAIN.withDropPath(0.6f));
                Model parts = model(config, PLAIN.withDropPath(0.6f).withAccumulation(4))) {
            Metrics expected = whole.train(pixels, LABELS, 0f);
            Metrics actual = parts.train(pixels, LABELS, 0f);
            assertEquals(expected.loss(), actual.loss(), 1e-5);
            assertEquals(expected.gradientNorm(), actual.gradientNorm(), 5e-5 * expected.gradientNorm());
        }
    }
}
