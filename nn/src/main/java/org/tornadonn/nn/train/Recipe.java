package org.tornadonn.nn.train;

import org.tornadonn.nn.AdamW;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.ValueException;
import org.tornadonn.nn.data.Augmentation;

/**
 * How to train: AdamW (0.9, beta2, 1e-8), warm-up and cosine, label smoothing and augmentation, as in the DyT paper, scaled down.
 *
 * @param steps of training in all
 * @param accumulation micro-batches, equal parts of the batch, that are computed one after the other
 * @param recompute whether blocks keep their input only and are executed again for backward: less memory, more time
 * @param learningRate the peak
 * @param warmup steps up to the peak
 * @param smoothing label smoothing ε
 * @param beta2 decay of AdamW's second moment: 0.999 in the paper, and 0.95 for its ViT-L
 * @param layerDecay factor of the learning rate from layer to layer, towards the input; 1: none
 * @param alphaRate factor of the learning rate for DyT's alpha, which has far to go in a short training; 1 in the paper
 * @param clip the largest global norm of the gradient; 0: any
 * @param ema decay of the weights' moving average; 0: none
 * @param dropPath the rate at which samples leave out the branches of the last block, linear from 0 at the first
 */
public record Recipe(
        long steps,
        int batch,
        int accumulation,
        boolean recompute,
        double learningRate,
        long warmup,
        float weightDecay,
        float smoothing,
        float beta2,
        float layerDecay,
        float alphaRate,
        float clip,
        float ema,
        float dropPath,
        long seed,
        Augmentation augmentation) {
    static final long MOST_STEPS = 1_000_000_000_000L;
    static final int MOST_BATCH = 1 << 20;

    public Recipe {
        ValueException.check("steps", steps, 1, MOST_STEPS);
        ValueException.check("batch", batch, 1, MOST_BATCH);
        ValueException.check("accumulation", accumulation, 1, batch);
        ValueException.check("learningRate", learningRate, 0, 10);
        ValueException.check("warmup", warmup, 0, steps);
        ValueException.check("weightDecay", weightDecay, 0, 1);
        ValueException.check("smoothing", smoothing, 0, 1);
        ValueException.check("beta2", beta2, 0, 0.999999);
        ValueException.check("layerDecay", layerDecay, 0.01, 1);
        ValueException.check("alphaRate", alphaRate, 0, 1000);
        ValueException.check("clip", clip, 0, 1e6);
        ValueException.check("ema", ema, 0, 0.999999);
        ValueException.check("dropPath", dropPath, 0, 0.99);
        ValueException.need("augmentation", augmentation);
    }

    /**
     * Without augmentation, with a beta2 of 0.999; without micro-batches, recomputation, layer decay, a rate of alpha's own, clipping,
     * average and drop path.
     */
    public Recipe(
            long steps, int batch, double learningRate, long warmup, float weightDecay, float smoothing, long seed) {
        this(
                steps,
                batch,
                1,
                false,
                learningRate,
                warmup,
                weightDecay,
                smoothing,
                0.999f,
                1f,
                1f,
                0f,
                0f,
                0f,
                seed,
                Augmentation.none());
    }

    /** Weight decay 0.05, smoothing 0.1, a tenth of the steps as warm-up, nothing else. */
    public static Recipe of(long steps, int batch, double learningRate, long seed) {
        return new Recipe(steps, batch, learningRate, Math.max(1, steps / 10), 0.05f, 0.1f, seed);
    }

    public Recipe with(
            int accumulation, float beta2, float layerDecay, float alphaRate, float clip, float ema, float dropPath) {
        return new Recipe(
                steps,
                batch,
                accumulation,
                recompute,
                learningRate,
                warmup,
                weightDecay,
                smoothing,
                beta2,
                layerDecay,
                alphaRate,
                clip,
                ema,
                dropPath,
                seed,
                augmentation);
    }

    public Recipe withAugmentation(Augmentation other) {
        return new Recipe(
                steps,
                batch,
                accumulation,
                recompute,
                learningRate,
                warmup,
                weightDecay,
                smoothing,
                beta2,
                layerDecay,
                alphaRate,
                clip,
                ema,
                dropPath,
                seed,
                other);
    }

    public Schedule schedule() {
        return new Schedule(learningRate, 1e-6, warmup, steps);
    }

    /** What the model's training step does. */
    public Training training() {
        AdamW adamW = new AdamW(weightDecay, beta2, layerDecay, alphaRate, clip, ema);
        return new Training(batch, accumulation, recompute, smoothing, adamW, dropPath, augmentation.mixes(), seed);
    }
}
