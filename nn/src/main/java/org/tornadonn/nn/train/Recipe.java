package org.tornadonn.nn.train;

/**
 * How to train: AdamW (0.9, 0.999, 1e-8), warm-up and cosine, label smoothing, as in the DyT paper, scaled down.
 *
 * @param steps of training in all
 * @param learningRate the peak
 */
public record Recipe(
        long steps, int batch, double learningRate, long warmup, float weightDecay, float smoothing, long seed) {
    /** Weight decay 0.05, smoothing 0.1, a tenth of the steps as warm-up. */
    public static Recipe of(long steps, int batch, double learningRate, long seed) {
        return new Recipe(steps, batch, learningRate, Math.max(1, steps / 10), 0.05f, 0.1f, seed);
    }

    public Schedule schedule() {
        return new Schedule(learningRate, 1e-6, warmup, steps);
    }
}
