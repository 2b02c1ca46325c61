package org.tornadonn.nn.model;

/**
 * What a layer was given and what it gave, of each image of a batch in order: [rows, channels], as many rows as the layer has
 * tokens or pixels.
 */
public record Activation(float[] input, float[] output, int channels) {
    /** The standard deviation of all that the layer was given. */
    public double inputDeviation() {
        double sum = 0;
        double squares = 0;
        for (float x : input) {
            sum += x;
            squares += (double) x * x;
        }
        double mean = sum / input.length;
        return Math.sqrt(squares / input.length - mean * mean);
    }
}
