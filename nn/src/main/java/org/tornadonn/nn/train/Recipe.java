package org.tornadonn.nn.train;

import org.tornadonn.nn.ValueException;
import org.tornadonn.nn.data.Augmentation;

/**
 * How to train: AdamW (0.9, 0.999, 1e-8), warm-up and cosine, label smoothing and augmentation, as in the DyT paper, scaled down.
 *
 * @param steps of training in all
 * @param learningRate the peak
 * @param warmup steps up to the peak
 * @param smoothing label smoothing ε
 */
public record Recipe(
        long steps,
        int batch,
        double learningRate,
        long warmup,
        float weightDecay,
        float smoothing,
        long seed,
        Augmentation augmentation) {
    static final long MOST_STEPS = 1_000_000_000_000L;
    static final int MOST_BATCH = 1 << 20;

    public Recipe {
        ValueException.check("steps", steps, 1, MOST_STEPS);
        ValueException.check("batch", batch, 1, MOST_BATCH);
        ValueException.check("learningRate", learningRate, 0, 10);
        ValueException.check("warmup", warmup, 0, steps);
        ValueException.check("weightDecay", weightDecay, 0, 1);
        ValueException.check("smoothing", smoothing, 0, 1);
        ValueException.need("augmentation", augmentation);
    }

    /** Without augmentation. */
    public Recipe(
            long steps, int batch, double learningRate, long warmup, float weightDecay, float smoothing, long seed) {
        this(steps, batch, learningRate, warmup, weightDecay, smoothing, seed, Augmentation.none());
    }

    /** Weight decay 0.05, smoothing 0.1, a tenth of the steps as warm-up, no augmentation. */
    public static Recipe of(long steps, int batch, double learningRate, long seed) {
        return new Recipe(steps, batch, learningRate, Math.max(1, steps / 10), 0.05f, 0.1f, seed);
    }

    public Recipe withAugmentation(Augmentation other) {
        return new Recipe(steps, batch, learningRate, warmup, weightDecay, smoothing, seed, other);
    }

    public Schedule schedule() {
        return new Schedule(learningRate, 1e-6, warmup, steps);
    }
}
