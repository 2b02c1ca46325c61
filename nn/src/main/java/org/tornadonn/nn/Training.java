package org.tornadonn.nn;

import java.util.function.UnaryOperator;

/**
 * What a model's training step does beside forward and backward, in timm's terms.
 *
 * @param batch samples of a step, on all devices together
 * @param accumulation micro-batches, equal parts of the batch, whose gradients are computed one after the other and averaged
 * @param recompute whether blocks keep their input only, and are executed again before their backward (activation checkpointing, arXiv
 *     1604.06174): the same numbers in less memory
 * @param smoothing label smoothing ε of the loss
 * @param dropPath the rate at which samples leave out the branches of the last block; it grows linearly from 0 at the first
 * @param mixing whether images may be mixed (mixup, cutmix), in pairs
 * @param seed of the initial values and of what is left out
 */
public record Training(
        int batch,
        int accumulation,
        boolean recompute,
        float smoothing,
        AdamW adamW,
        float dropPath,
        boolean mixing,
        long seed) {
    public Training {
        check(batch > 0, "the batch must be at least 1");
        check(accumulation > 0, "the micro-batches of a batch must be at least 1");
        check(dropPath >= 0 && dropPath < 1, "the rate of drop path must be from 0 to below 1");
    }

    private static void check(boolean ok, String rule) {
        if (!ok) {
            throw new UserException("This cannot be trained: " + rule + ".");
        }
    }

    /** With AdamW's usual settings; without micro-batches, recomputation, drop path and mixing. */
    public Training(int batch, float smoothing, float weightDecay, long seed) {
        this(batch, 1, false, smoothing, new AdamW(weightDecay), 0f, false, seed);
    }

    /** Of a model that is not trained. */
    public static Training none(int batch) {
        return new Training(batch, 0f, 0f, 0);
    }

    /** Whether the weights' average is kept. */
    public boolean averaged() {
        return adamW.ema() > 0;
    }

    public Training withAccumulation(int other) {
        return new Training(batch, other, recompute, smoothing, adamW, dropPath, mixing, seed);
    }

    public Training withRecompute(boolean other) {
        return new Training(batch, accumulation, other, smoothing, adamW, dropPath, mixing, seed);
    }

    public Training withAdamW(UnaryOperator<AdamW> change) {
        return new Training(batch, accumulation, recompute, smoothing, change.apply(adamW), dropPath, mixing, seed);
    }

    public Training withDropPath(float other) {
        return new Training(batch, accumulation, recompute, smoothing, adamW, other, mixing, seed);
    }

    public Training withMixing(boolean other) {
        return new Training(batch, accumulation, recompute, smoothing, adamW, dropPath, other, seed);
    }
}
