package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.train.Recipe;
import org.tornadonn.nn.vit.VitConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run trains; its config.json, from which it can be resumed.
 *
 * @param data folder or zip, or null for the drawn images
 */
record RunConfig(String data, List<Norm> norms, VitConfig model, Recipe recipe) {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    VitConfig model(Norm norm) {
        return new VitConfig(
                model.imageSize(),
                model.channels(),
                model.patch(),
                model.width(),
                model.depth(),
                model.heads(),
                model.mlp(),
                model.classes(),
                norm,
                model.alpha0());
    }

    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("config.json"), JSON.writeValueAsString(this));
        } catch (IOException e) {
            throw new UserException("The run folder " + folder + " cannot be written: " + e.getMessage());
        }
    }

    static RunConfig read(Path folder) {
        try {
            return JSON.readValue(Files.readString(folder.resolve("config.json")), RunConfig.class);
        } catch (IOException | JacksonException e) {
            throw new UserException(folder + " is not a run folder: it has no readable config.json.");
        }
    }

    /** The checkpoint of a model in a run folder. */
    static Path checkpoint(Path folder, Norm norm) {
        return folder.resolve(norm.name().toLowerCase().replace("_", "") + ".safetensors");
    }
}
