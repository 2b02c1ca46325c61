package org.tornadonn.nn.train;

/** Told what happens in training. */
public interface Listener {
    /**
     * @param step steps done
     * @param loss of the batch, with smoothing
     * @param accuracy of the batch, 0 to 1
     * @param gradientNorm before clipping
     * @param seconds since training began or was resumed, without evaluations
     * @param imagesPerSecond without the first step, in which kernels are compiled; NaN at that step
     * @param waiting share of the time that the device waited for data
     */
    record Progress(
            long step,
            long steps,
            double loss,
            double accuracy,
            double gradientNorm,
            double seconds,
            double imagesPerSecond,
            double waiting,
            double secondsLeft) {}

    /** The result of a pass over the test set; accuracy from 0 to 1. */
    record Score(double loss, double accuracy) {}

    /**
     * An evaluation.
     *
     * @param score of the weights
     * @param ema of their exponential moving average, or null where none is kept
     */
    record Evaluation(long step, Score score, Score ema) {}

    void step(Progress progress);

    void evaluated(Evaluation evaluation);

    /** The loss of this step is not finite, and training ends with it. */
    default void diverged(long step) {}
}
