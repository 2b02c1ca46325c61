package org.tornadonn.nn.model;

/**
 * What a batch gave.
 *
 * @param loss mean over the counted samples
 * @param correct number of right answers
 * @param counted number of samples that were not padding
 * @param gradientNorm of all parameters together, before clipping; NaN of an evaluation
 */
public record Metrics(float loss, int correct, int counted, float gradientNorm) {}
