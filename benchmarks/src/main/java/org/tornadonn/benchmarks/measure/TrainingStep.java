package org.tornadonn.benchmarks.measure;

import java.util.SplittableRandom;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Whole steps of training a model on a fixed batch of noise: forward, cross-entropy, backward, AdamW.
 */
public final class TrainingStep implements AutoCloseable {
    public static final float RATE = 1e-3f;
    public static final float DECAY = 0.05f;

    private final Model model;
    private final float[] pixels;
    private final int[] labels;
    private final double firstMillis;

    /** Makes the model and checks that the loss begins near that of guessing and falls on its fixed batch. */
    public TrainingStep(TornadoDevice device, TrainingSetting setting) {
        ModelConfig c = setting.config();
        pixels = pixels(setting.batch() * c.channels() * c.imageSize() * c.imageSize());
        labels = labels(setting.batch());
        ResidentMemory.restart();
        long start = System.nanoTime();
        model = new Model(c, new Training(setting.batch(), 0f, DECAY, 1).withRecompute(setting.recompute()), device);
        float first = train();
        firstMillis = (System.nanoTime() - start) / 1e6;
        float last = first;
        for (int i = 0; i < 3; i++) {
            last = train();
        }
        if (!(Math.abs(first - Math.log(TrainingSetting.CLASSES)) < 0.7 && last < first)) {
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
        return new SplittableRandom(6).ints(batch, 0, TrainingSetting.CLASSES).toArray();
    }

    /** A step; its loss. */
    public float train() {
        return model.train(pixels, labels, RATE).loss();
    }

    public Sampling sample(Pace pace) {
        return Sampling.of(pace, repeats -> Timing.wall(repeats, this::train));
    }

    /** Making the model, compiling and the first step. */
    public double firstMillis() {
        return firstMillis;
    }

    /** Bytes of the arrays that the model has on the device. */
    public long deviceBytes() {
        return model.deviceBytes();
    }

    /** The most bytes of RAM that the process held since this was made, or null where the system does not tell. */
    public Long processBytes() {
        return ResidentMemory.peak();
    }

    @Override
    public void close() {
        model.close();
    }
}
