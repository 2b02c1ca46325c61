package org.tornadonn.nn;

/**
 * Settings of AdamW and of what goes with it; the first moment's decay is 0.9, eps 1e-8.
 *
 * @param weightDecay of the parameters that are not exempt
 * @param beta2 decay of the second moment
 * @param layerDecay the learning rate of a layer is that of the layer above it times this; 1: all learn alike
 * @param alphaRate the learning rate of DyT's alpha, and of its kin's, is that of its layer times this; 1: as the rest
 * @param clip the largest global norm that the gradient may have, to which it is scaled down; 0: any
 * @param ema decay of the weights' exponential moving average; 0: none is kept
 */
public record AdamW(float weightDecay, float beta2, float layerDecay, float alphaRate, float clip, float ema) {
    public AdamW {
        check(beta2 > 0 && beta2 < 1, "beta2 must be between 0 and 1");
        check(layerDecay > 0 && layerDecay <= 1, "layer decay must be above 0, and 1 at most");
        check(alphaRate >= 0 && alphaRate < Float.POSITIVE_INFINITY, "the rate of alpha must not be negative");
        check(clip >= 0, "the norm to clip to must not be negative");
        check(ema >= 0 && ema < 1, "the decay of the weights' average must be from 0 to below 1");
    }

    private static void check(boolean ok, String rule) {
        if (!ok) {
            throw new UserException("This cannot be trained: " + rule + ".");
        }
    }

    /** With a beta2 of 0.999; one rate for all, without clipping and average. */
    public AdamW(float weightDecay) {
        this(weightDecay, 0.999f, 1f, 1f, 0f, 0f);
    }

    public AdamW withBeta2(float other) {
        return new AdamW(weightDecay, other, layerDecay, alphaRate, clip, ema);
    }

    public AdamW withLayerDecay(float other) {
        return new AdamW(weightDecay, beta2, other, alphaRate, clip, ema);
    }

    public AdamW withAlphaRate(float other) {
        return new AdamW(weightDecay, beta2, layerDecay, other, clip, ema);
    }

    public AdamW withClip(float other) {
        return new AdamW(weightDecay, beta2, layerDecay, alphaRate, other, ema);
    }

    public AdamW withEma(float other) {
        return new AdamW(weightDecay, beta2, layerDecay, alphaRate, clip, other);
    }
}
