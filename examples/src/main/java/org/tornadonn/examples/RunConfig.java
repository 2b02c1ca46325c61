package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.ValueException;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.train.FirstAlphas;
import org.tornadonn.nn.train.Json;
import org.tornadonn.nn.train.JsonFile;
import org.tornadonn.nn.train.Recipe;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run trains; its config.json, from which it can be resumed.
 *
 * @param data folder or zip, or null for the drawn images
 * @param init safetensors file that the models begin with, or null
 * @param alpha0 {@link FirstAlphas} as text, or null: one value, that of the model
 */
record RunConfig(String data, String init, List<Norm> norms, ModelConfig model, String alpha0, Recipe recipe) {
    private static final String FILE = "config.json";

    RunConfig {
        ValueException.need("norms", norms);
        ValueException.check("norms", norms.size(), 1, Norm.values().length);
        ValueException.need("model", model);
        if (alpha0 != null) {
            FirstAlphas.of(alpha0);
        }
        ValueException.need("recipe", recipe);
    }

    /** What images are augmented with where no recipe says it: those of files by padding, crop and flip, drawn ones not at all. */
    static Augmentation usualAugmentation(boolean drawn) {
        return drawn ? Augmentation.none() : Augmentation.padCrop();
    }

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
            JsonFile file = JsonFile.read(folder.resolve(FILE));
            return file.bind(JsonFile.overlaid(before(file.tree()), file.tree()), RunConfig.class);
        } catch (IOException e) {
            throw new UserException(folder + " is not a run folder: it has no readable config.json.");
        }
    }

    /** What a run had that began before it could be chosen, and is not in its file. */
    private static ObjectNode before(ObjectNode config) {
        ObjectNode before = Json.MAPPER.createObjectNode().putNull("init").putNull("alpha0");
        Augmentation augmentation = usualAugmentation(!config.hasNonNull("data"));
        if (config.path("model").path("architecture").asString("").equals("vit")) {
            before.putObject("model").put("pool", "AVERAGE");
        }
        ObjectNode recipe = before.putObject("recipe");
        recipe.put("accumulation", 1)
                .put("recompute", false)
                .put("beta2", 0.999)
                .put("layerDecay", 1)
                .put("alphaRate", 1);
        recipe.put("clip", 0).put("ema", 0).put("dropPath", 0);
        recipe.set("augmentation", Json.MAPPER.<JsonNode>valueToTree(augmentation));
        return before;
    }

    /** The checkpoint of a model in a run folder. */
    static Path checkpoint(Path folder, Norm norm) {
        return folder.resolve(norm.name().toLowerCase().replace("_", "") + ".safetensors");
    }
}
