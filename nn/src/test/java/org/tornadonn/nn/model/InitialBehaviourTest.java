package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.zoo.Models;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * What PyTorch's models of full size show before the first step, given normal pixels and 1000 classes, ours show too: with LayerNorm a
 * loss above ln 1000 and logits that differ, with DyT a loss of ln 1000 and logits that hardly do, gradients that are smaller by a
 * factor, and in a ConvNeXt a signal that shrinks from stage to stage.
 */
class InitialBehaviourTest {
    private static final int BATCH = 4;

    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
    private final Random random = new Random(3);

    /** @param inputs deviation of what each norm layer is given */
    private record Seen(float loss, double logits, float gradientNorm, Map<String, Double> inputs) {
        double input(String norm) {
            return inputs.get(norm);
        }
    }

    private Seen see(String name, Norm norm) {
        ModelConfig config = Models.create(name, 1000, norm);
        float[] pixels = new float[BATCH * config.channels() * config.imageSize() * config.imageSize()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        int[] labels = random.ints(BATCH, 0, 1000).toArray();
        try (Model model = new Model(config, new Training(BATCH, 0f, 0f, 1), device)) {
            assertEquals(device, model.device());
            float loss = model.evaluate(pixels, labels).loss();
            double logits = deviation(model.logits());
            Map<String, Double> inputs = new HashMap<>();
            for (String layer : model.norms()) {
                inputs.put(layer, deviation(model.activation(layer).input()));
            }
            float gradientNorm = model.train(pixels, labels, 0f).gradientNorm();
            return new Seen(loss, logits, gradientNorm, inputs);
        }
    }

    private static double deviation(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float v : values) {
            sum += v;
            squares += (double) v * v;
        }
        double mean = sum / values.length;
        return Math.sqrt(squares / values.length - mean * mean);
    }

    private static void near(String what, double expected, double actual, double factor) {
        assertTrue(
                actual < expected * factor && actual > expected / factor,
                what + ": " + actual + " instead of about " + expected);
    }

    /** Which labels are drawn moves LayerNorm's loss by the deviation of its logits over the root of the batch; hence the 0.6. */
    private static void lossAndLogits(Seen layerNorm, double layerNormLogits, Seen dyt, double dytLogits) {
        assertEquals(Math.log(1000) + layerNormLogits * layerNormLogits / 2, layerNorm.loss(), 0.6);
        near("logits with LayerNorm", layerNormLogits, layerNorm.logits(), 1.4);
        assertEquals(Math.log(1000), dyt.loss(), 0.02);
        near("logits with DyT", dytLogits, dyt.logits(), 2);
    }

    @Test
    @Recorded(subject = "vit_tiny_patch16_224", part = "loss, logits and signal before the first step")
    void vit() {
        Seen layerNorm = see("vit_tiny_patch16_224", Norm.LAYER_NORM);
        Seen dyt = see("vit_tiny_patch16_224", Norm.DYT);
        lossAndLogits(layerNorm, 0.285, dyt, 0.0064);
        near("gradients", 20, layerNorm.gradientNorm() / dyt.gradientNorm(), 2);
        near("input of the first norm", 0.576, dyt.input("blocks.0.norm1"), 1.02);
        near("input of the last block's norm", 0.58, dyt.input("blocks.11.norm2"), 1.02);
        near("pooled input", 0.047, dyt.input("fc_norm"), 1.3);
    }

    @Test
    @Recorded(subject = "convnext_tiny", part = "loss, logits and signal before the first step")
    void convNext() {
        Seen layerNorm = see("convnext_tiny", Norm.LAYER_NORM);
        Seen dyt = see("convnext_tiny", Norm.DYT);
        lossAndLogits(layerNorm, 0.554, dyt, 0.0001);
        near("gradients with LayerNorm", 34.9, layerNorm.gradientNorm(), 1.3);
        near("gradients with DyT", 0.60, dyt.gradientNorm(), 1.3);
        Map<String, Double> expected = Map.of(
                "stem.1", 0.138,
                "stages.0.blocks.0.norm", 0.0094,
                "stages.1.downsample.0", 0.069,
                "stages.1.blocks.0.norm", 0.0018,
                "stages.2.downsample.0", 0.0134,
                "stages.2.blocks.0.norm", 0.00046,
                "stages.3.downsample.0", 0.0037,
                "stages.3.blocks.0.norm", 0.00016,
                "head.norm", 0.00021);
        expected.forEach((layer, deviation) -> near(layer, deviation, dyt.input(layer), 1.05));
    }
}
