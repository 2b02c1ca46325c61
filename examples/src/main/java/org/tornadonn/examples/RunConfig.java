package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.train.Json;
import org.tornadonn.nn.train.Recipe;
import tools.jackson.core.JacksonException;

/**
 * What a run trains; its config.json, from which it can be resumed.
 *
 * @param data folder or zip, or null for the drawn images
 * @param init safetensors file that the models begin with, or null
 */
record RunConfig(String data, String init, List<Norm> norms, ModelConfig model, Recipe recipe) {
    private static final String FILE = "config.json";

    /** That no run is in a folder that a new one is to go to. */
    static void checkFree(Path folder) {
        if (Files.exists(folder.resolve(FILE))) {
            throw new UserException("The folder " + folder + " holds a run already. Go on with it: train --resume "
                    + folder + "; or give another --out.");
        }
    }

    /** Begins a run folder. A config.json in it is always whole. */
    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Path part = folder.resolve(FILE + ".part");
            Files.writeString(part, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this));
            Files.move(part, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserException("The run folder " + folder + " cannot be written: " + UserException.reason(e)
                    + ". Make room or allow it, or give another folder with --out.");
        }
    }

    static RunConfig read(Path folder) {
        try {
            return Json.MAPPER.readValue(Files.readString(folder.resolve(FILE)), RunConfig.class);
        } catch (IOException | JacksonException e) {
            throw new UserException(folder + " is not a run folder: it has no readable config.json.");
        }
    }

    /** The checkpoint of a model in a run folder. */
    static Path checkpoint(Path folder, Norm norm) {
        return folder.resolve(norm.name().toLowerCase().replace("_", "") + ".safetensors");
    }
}
