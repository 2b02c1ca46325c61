package org.tornadonn.benchmarks.measure;

import java.util.SplittableRandom;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Whole steps of training a ViT on a fixed batch of noise: forward, cross-entropy, backward, AdamW. The one place here that knows
 * the models.
 */
public final class TrainingStep implements AutoCloseable {
    private static final int CLASSES = 10;
    private static final float RATE = 1e-3f;
    private static final float DECAY = 0.05f;

    /** What is trained. */
    public record Setting(VitConfig config, int batch) {
        public static Setting of(Op.Effort effort, Norm norm) {
            return effort == Op.Effort.TINY
                    ? new Setting(VitConfig.of(8, 4, 16, 1, 1, CLASSES, norm), 4)
                    : new Setting(VitConfig.of(32, 4, 192, 6, 3, CLASSES, norm), 64);
        }

        /** What tells one setting from another. */
        public String shape() {
            return String.format("width %d depth %d batch %d", config.width(), config.depth(), batch);
        }

        /** The whole setting. */
        public String describe() {
            return String.format(
                    "ViT on %d x %d pixels, patch %d, width %d, depth %d, heads %d, batch %d",
                    config.imageSize(),
                    config.imageSize(),
                    config.patch(),
                    config.width(),
                    config.depth(),
                    config.heads(),
                    batch);
        }

        public int parameters() {
            return config.parameters().size();
        }

        /** Parameters read forward and backward, gradients and moments as AdamW moves them, and the images. */
        public long bytes() {
            long pixels = (long) config.channels() * config.imageSize() * config.imageSize();
            return 4 * (11L * parameters() + batch * pixels);
        }

        /** The matrix products of forward, and twice as many backward. */
        public long operations() {
            long tokens = config.tokens();
            long width = config.width();
            long block = 2 * tokens * width * (4 * width + 2L * config.mlp()) + 4 * tokens * tokens * width;
            long patch = 2L * config.patches() * width * config.channels() * config.patch() * config.patch();
            return 3 * batch * (config.depth() * block + patch + 2 * width * CLASSES);
        }
    }

    private final Model model;
    private final float[] pixels;
    private final int[] labels;
    private final double firstMillis;

    /** Makes the model and checks that the loss begins near that of guessing and falls on its fixed batch. */
    public TrainingStep(TornadoDevice device, Setting setting) {
        VitConfig c = setting.config();
        pixels = pixels(setting.batch() * c.channels() * c.imageSize() * c.imageSize());
        labels = labels(setting.batch());
        long start = System.nanoTime();
        model = new Model(c, setting.batch(), 0f, DECAY, 1, device);
        float first = train();
        firstMillis = (System.nanoTime() - start) / 1e6;
        float last = first;
        for (int i = 0; i < 3; i++) {
            last = train();
        }
        if (!(Math.abs(first - Math.log(CLASSES)) < 0.7 && last < first)) {
            close();
            throw new OpRun.WrongException("the loss of a fixed batch went from " + first + " to " + last);
        }
    }

    /** Noise of standard deviation 1, the same for every engine and peer. */
    public static float[] pixels(int size) {
        SplittableRandom random = new SplittableRandom(5);
        float[] pixels = new float[size];
        for (int i = 0; i < size; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    public static int[] labels(int batch) {
        return new SplittableRandom(6).ints(batch, 0, CLASSES).toArray();
    }

    /** A step; its loss. */
    public float train() {
        return model.train(pixels, labels, RATE).loss();
    }

    public Sampling sample(Pace pace) {
        return Sampling.of(pace, () -> {
            train();
            return 0;
        });
    }

    /** Making the model, compiling and the first step. */
    public double firstMillis() {
        return firstMillis;
    }

    @Override
    public void close() {
        model.close();
    }
}
