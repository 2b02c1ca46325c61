package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** What the update does beside AdamW itself: clipping, the average of the weights, layer-wise decay of the learning rate. */
class UpdateTest {
    private static final Training PLAIN = new Training(2, 0.1f, 0.05f, 3);
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    private Model model(ModelConfig config, Training training) {
        return new Model(config, training, device);
    }

    private static Metrics step(Model model, float rate) {
        Metrics metrics = model.train(Golden.input(model.config()), Golden.LABELS, rate);
        model.download();
        return metrics;
    }

    private static double norm(Model model) {
        double squares = 0;
        for (int i = 0; i < model.table().size(); i++) {
            squares += Math.pow(model.gradients().get(i), 2);
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void theNormIsThatOfTheGradientAndClippingScalesIt(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(2, Norm.DYT);
        double norm;
        float[] free;
        try (Model model = model(config, PLAIN)) {
            Golden.fill(model);
            Metrics metrics = step(model, 1e-3f);
            norm = norm(model);
            assertEquals(norm, metrics.gradientNorm(), 2e-6 * norm);
            free = model.firstMoment().toHeapArray();
        }
        try (Model model = model(config, PLAIN.withAdamW(a -> a.withClip((float) (2 * norm))))) {
            Golden.fill(model);
            step(model, 1e-3f);
            assertArrayEquals(free, model.firstMoment().toHeapArray(), "what is not too large is not clipped");
        }
        try (Model model = model(config, PLAIN.withAdamW(a -> a.withClip((float) (norm / 4))))) {
            Golden.fill(model);
            Metrics metrics = step(model, 1e-3f);
            assertEquals(norm, metrics.gradientNorm(), 2e-6 * norm);
            assertEquals(norm, norm(model), 2e-6 * norm);
            for (int i = 0; i < free.length; i++) {
                assertEquals(free[i] / 4, model.firstMoment().get(i), 1e-5 * Math.abs(free[i]) + 1e-12);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void theAverageFollowsTheWeightsAndIsEvaluated(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(2, Norm.LAYER_NORM);
        float[] pixels = Golden.input(config);
        double[] average;
        Metrics ofAverage;
        try (Model model = model(config, PLAIN.withAdamW(a -> a.withEma(0.75f)));
                Model without = model(config, PLAIN)) {
            Golden.fill(model);
            Golden.fill(without);
            int n = model.table().size();
            average = new double[n];
            for (int i = 0; i < n; i++) {
                average[i] = model.parameters().get(i);
            }
            for (int step = 0; step < 3; step++) {
                step(model, 1e-2f);
                step(without, 1e-2f);
                for (int i = 0; i < n; i++) {
                    double weight = model.parameters().get(i);
                    assertEquals(without.parameters().get(i), weight, "training does not see the average");
                    average[i] = 0.75 * average[i] + 0.25 * weight;
                    assertEquals(average[i], model.parameters().get(n + i), 1e-6 * Math.max(1, Math.abs(average[i])));
                }
            }
            ofAverage = model.evaluateAverage(pixels, Golden.LABELS);
            Metrics ofWeights = model.evaluate(pixels, Golden.LABELS);
            assertEquals(without.evaluate(pixels, Golden.LABELS), ofWeights);
            assertTrue(Math.abs(ofWeights.loss() - ofAverage.loss()) > 1e-3, "the average is not the weights");
            assertThrows(IllegalStateException.class, () -> without.evaluateAverage(pixels, Golden.LABELS));
        }
        try (Model model = model(config, PLAIN)) {
            for (int i = 0; i < average.length; i++) {
                model.parameters().set(i, (float) average[i]);
            }
            assertEquals(model.evaluate(pixels, Golden.LABELS).loss(), ofAverage.loss(), 1e-5);
        }
    }

    /** The first step of AdamW moves each weight by the learning rate, whatever its gradient; layers and alphas see theirs. */
    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void eachLayerHasItsLearningRate(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(3, Norm.DYT);
        try (Model plain = model(config, PLAIN);
                Model decayed = model(
                        config, PLAIN.withAdamW(a -> a.withLayerDecay(0.5f).withAlphaRate(0.125f)))) {
            Golden.fill(plain);
            Golden.fill(decayed);
            float[] before = plain.parameters().toHeapArray();
            step(plain, 0.5f);
            step(decayed, 0.5f);
            int last = plain.table().lastLayer();
            for (ParameterTable.Entry entry : plain.table().entries()) {
                double factor =
                        Math.pow(0.5, last - entry.layer()) * (entry.name().endsWith(".alpha") ? 0.125 : 1);
                for (int i = entry.offset(); i < entry.offset() + entry.size(); i++) {
                    double moved = factor * (plain.parameters().get(i) - before[i]);
                    assertEquals(moved, decayed.parameters().get(i) - before[i], 1e-6, entry.name());
                }
            }
        }
    }

    /** Four samples at once, or in four parts of which one is padding, with the same update. */
    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void microBatchesAreOneBatch(ModelTest.Architecture architecture) {
        ModelConfig config = architecture.config(2, Norm.LAYER_NORM);
        float[] two = Golden.input(config);
        float[] pixels = new float[2 * two.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i < two.length ? two[i] : 0.7f * two[pixels.length - 1 - i];
        }
        int[] labels = {1, 2, -1, 0};
        Training training = new Training(4, 0.1f, 0.05f, 3).withAdamW(a -> a.withEma(0.9f));
        try (Model whole = model(config, training);
                Model parts = model(config, training.withAccumulation(4))) {
            assertEquals(1, parts.batch());
            Golden.fill(whole);
            Golden.fill(parts);
            for (int step = 0; step < 3; step++) {
                Metrics expected = whole.train(pixels, labels, 1e-3f);
                Metrics actual = parts.train(pixels, labels, 1e-3f);
                whole.download();
                parts.download();
                assertEquals(expected.loss(), actual.loss(), 1e-5);
                assertEquals(expected.correct(), actual.correct());
                assertEquals(3, actual.counted());
                assertEquals(expected.gradientNorm(), actual.gradientNorm(), 5e-5 * expected.gradientNorm());
                for (int i = 0; i < whole.table().size(); i++) {
                    float gradient = whole.gradients().get(i);
                    assertEquals(gradient, parts.gradients().get(i), 5e-5 * expected.gradientNorm());
                }
            }
            assertEquals(3, parts.step());
        }
    }

    @Test
    void beta2IsThatOfTheSecondMoment() {
        ModelConfig config = ModelTest.Architecture.VIT.config(1, Norm.DYT);
        try (Model model = model(config, new Training(2, 0f, 0f, 3).withAdamW(a -> a.withBeta2(0.75f)))) {
            step(model, 0f);
            for (int i = 0; i < model.table().size(); i++) {
                double expected = 0.25 * Math.pow(model.gradients().get(i), 2);
                assertEquals(expected, model.secondMoment().get(i), 1e-6 * expected + 1e-30);
            }
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(UserException.class, () -> PLAIN.withAdamW(a -> a.withClip(-1f)));
        assertThrows(UserException.class, () -> PLAIN.withAdamW(a -> a.withLayerDecay(0f)));
        assertThrows(UserException.class, () -> PLAIN.withAdamW(a -> a.withAlphaRate(-1f)));
        UserException e = assertThrows(UserException.class, () -> PLAIN.withAdamW(a -> a.withEma(1f)));
        assertTrue(e.getMessage().contains("average"), e.getMessage());
        ModelConfig config = ModelTest.Architecture.VIT.config(1, Norm.DYT);
        UserException parts = assertThrows(UserException.class, () -> model(config, PLAIN.withAccumulation(3)));
        assertTrue(parts.getMessage().contains("such as 3"), parts.getMessage());
    }
}
