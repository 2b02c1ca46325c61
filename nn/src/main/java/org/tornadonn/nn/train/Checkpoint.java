package org.tornadonn.nn.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import tools.jackson.core.JacksonException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A model and its optimiser in a {@linkplain Safetensors safetensors} file: tensors by timm's names, AdamW's moments as
 * optimizer.m.NAME and optimizer.v.NAME, the weights' moving average, where one is kept, as ema.NAME, and in the metadata the step, the seed, the names of the classes and the model's
 * configuration as Json.MAPPER.
 *
 * @param step steps of training done
 */
public record Checkpoint(
        ModelConfig config, long step, long seed, List<String> classNames, Map<String, float[]> tensors) {
    private static final String OPTIMIZER = "optimizer.";
    private static final String M = OPTIMIZER + "m.";
    private static final String V = OPTIMIZER + "v.";
    static final String EMA = "ema.";

    /** Whether a tensor is kept beside the model's own. */
    static boolean isExtra(String name) {
        return name.startsWith(OPTIMIZER) || name.startsWith(EMA);
    }

    /** Whether the average of the weights is kept. */
    public boolean averaged() {
        return tensors.keySet().stream().anyMatch(name -> name.startsWith(EMA));
    }

    /**
     * The same with the average of the weights in their place.
     *
     * @throws UserException where none was kept
     */
    public Checkpoint withAverage() {
        if (!averaged()) {
            throw new UserException(
                    "This checkpoint has no average of its weights; training keeps one with --ema DECAY.");
        }
        Map<String, float[]> swapped = new LinkedHashMap<>(tensors);
        for (ParameterTable.Entry e : config.parameters().entries()) {
            swapped.put(e.name(), swapped.remove(EMA + e.name()));
        }
        return new Checkpoint(config, step, seed, classNames, swapped);
    }

    /**
     * Writes the state of a model.
     *
     * @param seed of its data and initial values
     */
    public static void save(Model model, long seed, List<String> classNames, Path file) {
        model.download();
        Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
        put(tensors, "", model.table(), model.parameters(), 0);
        put(tensors, M, model.table(), model.firstMoment(), 0);
        put(tensors, V, model.table(), model.secondMoment(), 0);
        if (model.training().averaged()) {
            put(tensors, EMA, model.table(), model.parameters(), model.table().size());
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "tornado-nn");
        metadata.put("step", Long.toString(model.step()));
        metadata.put("seed", Long.toString(seed));
        metadata.put("classes", Json.MAPPER.writeValueAsString(classNames));
        metadata.put("config", Json.MAPPER.writerFor(ModelConfig.class).writeValueAsString(model.config()));
        Safetensors.write(file, metadata, tensors);
    }

    private static void put(
            Map<String, Safetensors.Tensor> tensors, String prefix, ParameterTable table, FloatArray array, int first) {
        for (ParameterTable.Entry e : table.entries()) {
            tensors.put(
                    prefix + e.name(),
                    new Safetensors.Tensor(
                            e.shape(),
                            array.getSegment()
                                    .asSlice(4L * (first + e.offset()), 4L * e.size())
                                    .asByteBuffer()));
        }
    }

    /** @throws UserException where the file is missing, damaged, or not a checkpoint of this project */
    public static Checkpoint load(Path file) {
        Safetensors stored = Safetensors.open(file);
        if (!"tornado-nn".equals(stored.metadata().get("format"))) {
            throw stored.bad("was not written by tornado-nn; train --init takes the weights of other files");
        }
        ModelConfig config;
        long step;
        long seed;
        List<String> classNames;
        try {
            config = Json.MAPPER.readValue(stored.metadata().getOrDefault("config", ""), ModelConfig.class);
            classNames =
                    List.of(Json.MAPPER.readValue(stored.metadata().getOrDefault("classes", "[]"), String[].class));
            step = Long.parseLong(stored.metadata().getOrDefault("step", ""));
            seed = Long.parseLong(stored.metadata().getOrDefault("seed", ""));
            Objects.requireNonNull(config);
        } catch (JacksonException | NumberFormatException | NullPointerException e) {
            throw stored.bad("has a damaged header");
        }
        Map<String, float[]> tensors = new LinkedHashMap<>();
        List<String> prefixes = new ArrayList<>(List.of("", M, V));
        if (stored.shapes().keySet().stream().anyMatch(name -> name.startsWith(EMA))) {
            prefixes.add(EMA);
        }
        for (String prefix : prefixes) {
            for (ParameterTable.Entry e : config.parameters().entries()) {
                String name = prefix + e.name();
                if (!e.shape().equals(stored.shapes().get(name))) {
                    throw stored.bad("has no tensor " + name + " of shape " + e.shape());
                }
                tensors.put(name, stored.tensor(name));
            }
        }
        return new Checkpoint(config, step, seed, classNames, tensors);
    }

    /**
     * Puts the state into a model of the same configuration that has not been executed yet. A model that keeps an average begins it
     * with the weights where the checkpoint has none.
     */
    public void restore(Model model) {
        if (!model.config().equals(config)) {
            throw new UserException("The checkpoint is of another model: " + config + ", not " + model.config() + ".");
        }
        for (ParameterTable.Entry e : model.table().entries()) {
            float[] weights = tensors.get(e.name());
            put(model.parameters(), e.offset(), weights);
            put(model.firstMoment(), e.offset(), tensors.get(M + e.name()));
            put(model.secondMoment(), e.offset(), tensors.get(V + e.name()));
            if (model.training().averaged()) {
                int behind = model.table().size() + e.offset();
                put(model.parameters(), behind, tensors.getOrDefault(EMA + e.name(), weights));
            }
        }
        model.resumeAt(step);
    }

    /** Writes one tensor into an array, from element {@code first}. */
    static void put(FloatArray array, int first, float[] values) {
        for (int i = 0; i < values.length; i++) {
            array.set(first + i, values[i]);
        }
    }
}
