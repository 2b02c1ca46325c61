package org.tornadonn.nn.model;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.layer.Network;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What a model is: sizes, parameters, initial values, and how it is built. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "architecture")
public interface ModelConfig {
    /** Side of its square images, in pixels. */
    int imageSize();

    int channels();

    int classes();

    /** Numbers of an image. */
    default int imageValues() {
        return channels() * imageSize() * imageSize();
    }

    Norm norm();

    /** The same model with another norm. */
    ModelConfig withNorm(Norm norm);

    /** All parameters, in timm's names, shapes and order. */
    ParameterTable parameters();

    /** Writes the initial values that follow from {@code seed}. */
    void initialize(FloatArray params, long seed);

    /** Adds the model's stages to a network that has none yet. */
    void build(Network net);
}
