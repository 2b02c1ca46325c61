package org.tornadonn.nn;

/**
 * What a model's training step does beside forward and backward, in timm's terms.
 *
 * @param batch samples of a step, on all devices together
 * @param accumulation micro-batches, equal parts of the batch, whose gradients are computed one after the other and averaged
 * @param recompute whether blocks keep their input only, and are executed again before their backward (activation checkpointing, arXiv
 *     1604.06174): the same numbers in less memory
 * @param smoothing label smoothing ε of the loss
 * @param weightDecay of the parameters that are not exempt
 * @param beta2 decay of AdamW's second moment
 * @param layerDecay the learning rate of a layer is that of the layer above it times this; 1: all learn alike
 * @param clip the largest global norm that the gradient may have, to which it is scaled down; 0: any
 * @param ema decay of the weights' exponential moving average; 0: none is kept
 * @param dropPath the rate at which samples leave out the branches of the last block; it grows linearly from 0 at the first
 * @param mixing whether images may be mixed (mixup, cutmix), in pairs
 * @param seed of the initial values and of what is left out
 */
public record Training(
        int batch,
        int accumulation,
        boolean recompute,
        float smoothing,
        float weightDecay,
        float beta2,
        float layerDecay,
        float clip,
        float ema,
        float dropPath,
        boolean mixing,
        long seed) {
    public Training {
        check(batch > 0, "the batch must be at least 1");
        check(accumulation > 0, "the micro-batches of a batch must be at least 1");
        check(beta2 > 0 && beta2 < 1, "beta2 must be between 0 and 1");
        check(layerDecay > 0 && layerDecay <= 1, "layer decay must be above 0, and 1 at most");
        check(clip >= 0, "the norm to clip to must not be negative");
        check(ema >= 0 && ema < 1, "the decay of the weights' average must be from 0 to below 1");
        check(dropPath >= 0 && dropPath < 1, "the rate of drop path must be from 0 to below 1");
    }

    private static void check(boolean ok, String rule) {
        if (!ok) {
            throw new UserException("This cannot be trained: " + rule + ".");
        }
    }

    /** With a beta2 of 0.999; without micro-batches, recomputation, layer decay, clipping, average, drop path and mixing. */
    public Training(int batch, float smoothing, float weightDecay, long seed) {
        this(batch, 1, false, smoothing, weightDecay, 0.999f, 1f, 0f, 0f, 0f, false, seed);
    }

    /** Of a model that is not trained. */
    public static Training none(int batch) {
        return new Training(batch, 0f, 0f, 0);
    }

    /** Whether the weights' average is kept. */
    public boolean averaged() {
        return ema > 0;
    }

    public Training withAccumulation(int other) {
        return new Training(
                batch, other, recompute, smoothing, weightDecay, beta2, layerDecay, clip, ema, dropPath, mixing, seed);
    }

    public Training withRecompute(boolean other) {
        return new Training(
                batch,
                accumulation,
                other,
                smoothing,
                weightDecay,
                beta2,
                layerDecay,
                clip,
                ema,
                dropPath,
                mixing,
                seed);
    }

    public Training withLayerDecay(float other) {
        return new Training(
                batch,
                accumulation,
                recompute,
                smoothing,
                weightDecay,
                beta2,
                other,
                clip,
                ema,
                dropPath,
                mixing,
                seed);
    }

    public Training withClip(float other) {
        return new Training(
                batch,
                accumulation,
                recompute,
                smoothing,
                weightDecay,
                beta2,
                layerDecay,
                other,
                ema,
                dropPath,
                mixing,
                seed);
    }

    public Training withEma(float other) {
        return new Training(
                batch,
                accumulation,
                recompute,
                smoothing,
                weightDecay,
                beta2,
                layerDecay,
                clip,
                other,
                dropPath,
                mixing,
                seed);
    }

    public Training withDropPath(float other) {
        return new Training(
                batch,
                accumulation,
                recompute,
                smoothing,
                weightDecay,
                beta2,
                layerDecay,
                clip,
                ema,
                other,
                mixing,
                seed);
    }

    public Training withMixing(boolean other) {
        return new Training(
                batch,
                accumulation,
                recompute,
                smoothing,
                weightDecay,
                beta2,
                layerDecay,
                clip,
                ema,
                dropPath,
                other,
                seed);
    }
}
