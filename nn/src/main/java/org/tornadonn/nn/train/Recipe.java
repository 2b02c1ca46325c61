package org.tornadonn.nn.train;

import org.tornadonn.nn.Training;

/**
 * How to train: AdamW (0.9, beta2, 1e-8), warm-up and cosine, label smoothing, as in the DyT paper, scaled down.
 *
 * @param steps of training in all
 * @param accumulation micro-batches, equal parts of the batch, that are computed one after the other
 * @param learningRate the peak
 * @param beta2 decay of AdamW's second moment: 0.999 in the paper, and 0.95 for its ViT-L
 * @param layerDecay factor of the learning rate from layer to layer, towards the input; 1: none
 * @param clip the largest global norm of the gradient; 0: any
 * @param ema decay of the weights' moving average; 0: none
 * @param dropPath the rate at which samples leave out the branches of the last block, linear from 0 at the first
 */
public record Recipe(
        long steps,
        int batch,
        int accumulation,
        double learningRate,
        long warmup,
        float weightDecay,
        float smoothing,
        float beta2,
        float layerDecay,
        float clip,
        float ema,
        float dropPath,
        long seed) {
    /** With a beta2 of 0.999; without micro-batches, layer decay, clipping, average and drop path. */
    public Recipe(
            long steps, int batch, double learningRate, long warmup, float weightDecay, float smoothing, long seed) {
        this(steps, batch, 1, learningRate, warmup, weightDecay, smoothing, 0.999f, 1f, 0f, 0f, 0f, seed);
    }

    /** Weight decay 0.05, smoothing 0.1, a tenth of the steps as warm-up. */
    public static Recipe of(long steps, int batch, double learningRate, long seed) {
        return new Recipe(steps, batch, learningRate, Math.max(1, steps / 10), 0.05f, 0.1f, seed);
    }

    public Recipe with(int accumulation, float beta2, float layerDecay, float clip, float ema, float dropPath) {
        return new Recipe(
                steps,
                batch,
                accumulation,
                learningRate,
                warmup,
                weightDecay,
                smoothing,
                beta2,
                layerDecay,
                clip,
                ema,
                dropPath,
                seed);
    }

    public Schedule schedule() {
        return new Schedule(learningRate, 1e-6, warmup, steps);
    }

    /** What the model's training step does. */
    public Training training() {
        return new Training(batch, accumulation, smoothing, weightDecay, beta2, layerDecay, clip, ema, dropPath, seed);
    }
}
