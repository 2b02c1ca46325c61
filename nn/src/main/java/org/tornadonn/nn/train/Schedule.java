package org.tornadonn.nn.train;

/**
 * The learning rate per step: linear from 0 to the peak over the warm-up, then a cosine to the end value (the DyT paper's
 * recipe).
 */
public record Schedule(double peak, double end, long warmup, long steps) {
    /** The rate of a step, counted from 0. */
    public double rate(long step) {
        if (step < warmup) {
            // The peak is reached at the last step of the warm-up and again at the first of the cosine.
            return warmup == 1 ? peak : peak * step / (warmup - 1);
        }
        double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
        return end + 0.5 * (peak - end) * (1 + Math.cos(Math.PI * progress));
    }
}
