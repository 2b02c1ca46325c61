package org.tornadonn.nn.train;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.ValueException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A recipe as JSON: any of the values of {@link Recipe}, with epochs in place of steps and warmupEpochs in place of warmup where
 * one likes. A number of epochs becomes steps once the batch and the data are known.
 */
public final class RecipeFile {
    /** Recipes that come with this project, by name; {@code paper} is that of the paper for the kind of model. */
    public static final List<String> NAMES = List.of("default", "paper", "paper-vit", "paper-convnext");

    private static final int BATCH = 32;
    private static final double EPOCHS = 2;
    private static final double MOST_EPOCHS = 1_000_000;
    private static final String[] OF_LENGTH = {"epochs", "warmupEpochs"};

    /** What of it becomes steps. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Length(Integer batch, Double epochs, Long steps, Double warmupEpochs, Long warmup) {
        Length {
            if (batch != null) {
                ValueException.check("batch", batch, 1, Recipe.MOST_BATCH);
            }
            if (epochs != null) {
                ValueException.check("epochs", epochs, 0, MOST_EPOCHS);
                ValueException.alone("epochs", "steps", steps);
            }
            if (warmupEpochs != null) {
                ValueException.check("warmupEpochs", warmupEpochs, 0, MOST_EPOCHS);
                ValueException.alone("warmupEpochs", "warmup", warmup);
            }
        }
    }

    private final ObjectNode values;

    private RecipeFile(ObjectNode values) {
        this.values = values;
    }

    /**
     * @param nameOrFile one of {@link #NAMES}, or a file
     * @param kind of model: vit or convnext
     * @throws UserException for a file that cannot be read, or is not a recipe; the message says where, and what is allowed
     */
    public static RecipeFile of(String nameOrFile, String kind) {
        String name = nameOrFile.equals("paper") ? "paper-" + kind : nameOrFile;
        if (name.equals("default")) {
            return new RecipeFile(Json.MAPPER.createObjectNode());
        }
        JsonFile file;
        try {
            file = NAMES.contains(name) ? new JsonFile(name, resource(name)) : JsonFile.read(Path.of(name));
        } catch (IOException e) {
            throw new UserException("There is no readable recipe " + nameOrFile + ". Give a JSON file or one of "
                    + String.join(", ", NAMES) + ".");
        }
        file.bind(lengthOf(file.tree()), Length.class);
        ObjectNode rest = file.tree().deepCopy();
        rest.remove(List.of(OF_LENGTH));
        // Any length, for that of the data is not known yet.
        Recipe any = new Recipe(Recipe.MOST_STEPS, Recipe.MOST_BATCH, 0, 0, 0f, 0f, 0);
        file.bind(JsonFile.overlaid(Json.MAPPER.valueToTree(any), rest), Recipe.class, OF_LENGTH);
        return new RecipeFile(file.tree());
    }

    private static String resource(String name) {
        try (InputStream in = RecipeFile.class.getResourceAsStream("/recipes/" + name + ".json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tree with null for what of the length it does not have. */
    private static ObjectNode lengthOf(ObjectNode values) {
        return JsonFile.overlaid(Json.MAPPER.valueToTree(new Length(null, null, null, null, null)), values);
    }

    /** This recipe with one value of it changed, or as it is where {@code value} is null. */
    public RecipeFile with(String key, Object value) {
        if (value == null) {
            return this;
        }
        ObjectNode changed = values.deepCopy();
        switch (key) {
            case "epochs" -> changed.remove("steps");
            case "warmupEpochs" -> changed.remove("warmup");
            default -> {}
        }
        changed.set(key, Json.MAPPER.<JsonNode>valueToTree(value));
        return new RecipeFile(changed);
    }

    /** The batch, on which the number of steps of an epoch depends. */
    public int batch() {
        Integer batch = JsonFile.bindOptions(lengthOf(values), Length.class).batch();
        return batch == null ? BATCH : batch;
    }

    /**
     * The recipe for a training set.
     *
     * @param usual what holds where this says nothing: learning rate, decay, smoothing, augmentation, seed
     * @param perEpoch steps of an epoch with this batch
     */
    public Recipe recipe(Recipe usual, int perEpoch) {
        Length length = JsonFile.bindOptions(lengthOf(values), Length.class);
        long steps = length.steps() != null
                ? length.steps()
                : steps(length.epochs() == null ? EPOCHS : length.epochs(), perEpoch);
        long warmup = Math.max(1, steps / 10);
        if (length.warmupEpochs() != null) {
            warmup = Math.round(length.warmupEpochs() * perEpoch);
            if (warmup > steps) {
                throw new UserException(
                        "The warm-up of " + length.warmupEpochs() + " epochs is longer than the training of "
                                + (double) steps / perEpoch + ". Give fewer warmupEpochs (--warmup-epochs).");
            }
        } else if (length.warmup() != null) {
            warmup = length.warmup();
        }
        ObjectNode rest = values.deepCopy();
        rest.remove(List.of(OF_LENGTH));
        rest.put("batch", batch()).put("steps", steps).put("warmup", warmup);
        return JsonFile.bindOptions(JsonFile.overlaid(Json.MAPPER.valueToTree(usual), rest), Recipe.class);
    }

    private static long steps(double epochs, int perEpoch) {
        return Math.max(1, Math.round(epochs * perEpoch));
    }
}
