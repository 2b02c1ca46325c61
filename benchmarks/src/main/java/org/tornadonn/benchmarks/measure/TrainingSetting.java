package org.tornadonn.benchmarks.measure;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.vit.VitConfig;

/**
 * What is trained: ViTs of width 192 and a ConvNeXt (timm's femto: 2, 2, 6 and 2 blocks of 48, 96, 192 and 384 channels) on images
 * of 32 pixels. The one place here that knows the models.
 *
 * @param name of the model without its norm
 * @param recompute whether blocks are computed again for backward, in place of keeping what they computed
 */
public record TrainingSetting(String name, ModelConfig config, int batch, boolean recompute) {
    static final int CLASSES = 10;

    /** The models of an effort, each with LayerNorm and with DyT. */
    public static List<TrainingSetting> all(Op.Effort effort) {
        List<Function<Norm, TrainingSetting>> models = switch (effort) {
            case TINY -> List.of(n -> vit(effort, n), TrainingSetting::tinyConvNext);
            case QUICK -> List.of(n -> vit(6, n));
            case FULL ->
                List.of(n -> vit(6, n), n -> vit(12, n), n -> vit(12, n).recomputed(), TrainingSetting::convNext);
        };
        return models.stream()
                .flatMap(model -> Stream.of(Norm.LAYER_NORM, Norm.DYT).map(model))
                .toList();
    }

    /** The smallest model of an effort. */
    public static TrainingSetting vit(Op.Effort effort, Norm norm) {
        return effort == Op.Effort.TINY
                ? new TrainingSetting("width 16 depth 1", VitConfig.of(8, 4, 16, 1, 1, CLASSES, norm), 4, false)
                : vit(6, norm);
    }

    private static TrainingSetting convNext(Norm norm) {
        return new TrainingSetting(
                "ConvNeXt femto", ConvNextConfig.named("convnext_femto_patch2_32", CLASSES, norm), 64, false);
    }

    private static TrainingSetting tinyConvNext(Norm norm) {
        return new TrainingSetting(
                "ConvNeXt", ConvNextConfig.of(8, 2, List.of(1), List.of(16), CLASSES, norm), 4, false);
    }

    private static TrainingSetting vit(int depth, Norm norm) {
        return new TrainingSetting(
                "width 192 depth " + depth, VitConfig.of(32, 4, 192, depth, 3, CLASSES, norm), 64, false);
    }

    private TrainingSetting recomputed() {
        return new TrainingSetting(name + " recomputed", config, batch, true);
    }

    /** What tells one setting from another, but for the norm. */
    public String shape() {
        return name + " batch " + batch;
    }

    /** Parameters read forward and backward, gradients and moments as AdamW moves them, and the images. */
    public long bytes() {
        long pixels = (long) config.channels() * config.imageSize() * config.imageSize();
        return 4 * (11L * config.parameters().size() + batch * pixels);
    }

    /** The products of forward, and twice as many backward. */
    public long operations() {
        long forward = switch (config) {
            case VitConfig vit -> operations(vit);
            case ConvNextConfig convNext -> operations(convNext);
            default -> throw new IllegalArgumentException("operations of " + config);
        };
        return 3 * batch * forward;
    }

    private static long operations(VitConfig c) {
        long tokens = c.tokens();
        long width = c.width();
        long block = 2 * tokens * width * (4 * width + 2L * c.mlp()) + 4 * tokens * tokens * width;
        long patch = 2L * c.patches() * width * c.channels() * c.patch() * c.patch();
        return c.depth() * block + patch + 2 * width * c.classes();
    }

    private static long operations(ConvNextConfig c) {
        long sum = 0;
        for (int stage = 0; stage < c.stages(); stage++) {
            long pixels = (long) c.side(stage) * c.side(stage);
            long dim = c.dims().get(stage);
            long in = stage == 0
                    ? (long) c.channels() * c.patch() * c.patch()
                    : 4L * c.dims().get(stage - 1);
            // The 7 x 7 depthwise convolution, and the two layers of the MLP.
            long block = 2 * pixels * dim * (49 + 8 * dim);
            sum += 2 * pixels * in * dim + c.depths().get(stage) * block;
        }
        return sum + 2L * c.dims().getLast() * c.classes();
    }
}
