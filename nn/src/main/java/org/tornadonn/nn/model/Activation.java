package org.tornadonn.nn.model;

/**
 * What a layer was given and what it gave, of each image of a batch in order: [rows, channels], as many rows as the layer has
 * tokens or pixels.
 */
public record Activation(float[] input, float[] output, int channels) {}
