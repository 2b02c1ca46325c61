package org.tornadonn.nn.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.Model;

/**
 * What of a safetensors file, such as one of timm's or a checkpoint of the same model with another norm, a model took by name. Of
 * weights whose average the file has, that is taken, as timm's {@code load_checkpoint} does.
 *
 * @param averaged whether it is the average of the weights
 * @param taken tensors that the model took
 * @param missing tensors of the model that the file does not have; they keep their initial values
 * @param otherShape those that it has in another shape, likewise; NAME: of the file, of the model
 * @param extra tensors of the file that the model does not have
 */
public record Weights(
        boolean averaged, List<String> taken, List<String> missing, List<String> otherShape, List<String> extra) {
    private static final int SHOWN = 4;

    /**
     * Gives a model that has not been executed yet the weights of a file.
     *
     * @throws UserException where the file is damaged, or has less than half of the model's numbers by name and shape
     */
    public static Weights load(Path file, Model model) {
        Safetensors stored = Safetensors.open(file);
        Map<String, List<Integer>> shapes = stored.shapes();
        Set<String> left = new LinkedHashSet<>(shapes.keySet());
        left.removeIf(Checkpoint::isExtra);
        List<String> taken = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> otherShape = new ArrayList<>();
        long numbers = 0;
        boolean averaged = false;
        for (ParameterTable.Entry e : model.table().entries()) {
            String average = Checkpoint.EMA + e.name();
            String name = shapes.containsKey(average) ? average : e.name();
            List<Integer> shape = shapes.get(name);
            left.remove(e.name());
            if (shape == null) {
                missing.add(e.name());
            } else if (!shape.equals(e.shape())) {
                otherShape.add(e.name() + ": " + shape + ", " + e.shape());
            } else {
                Checkpoint.put(model.parameters(), e.offset(), stored.tensor(name));
                averaged |= name.equals(average);
                taken.add(e.name());
                numbers += e.size();
            }
        }
        Weights weights = new Weights(averaged, taken, missing, otherShape, List.copyOf(left));
        if (2 * numbers < model.table().size()) {
            throw stored.bad("is of another model than " + model.config() + ": " + weights);
        }
        return weights;
    }

    /** One line for each of the lists that is not empty. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(taken.size() + " of "
                + (taken.size() + missing.size() + otherShape.size()) + " tensors of the model are those of the file"
                + (averaged ? ", the average of its weights" : ""));
        describe(text, "keep their initial values, not in the file", missing);
        describe(text, "keep their initial values, of another shape (file, model)", otherShape);
        describe(text, "of the file are not used", extra);
        return text.toString();
    }

    private static void describe(StringBuilder text, String what, List<String> names) {
        if (!names.isEmpty()) {
            text.append("\n  ")
                    .append(names.size())
                    .append(' ')
                    .append(what)
                    .append(": ")
                    .append(String.join("; ", names.subList(0, Math.min(SHOWN, names.size()))))
                    .append(names.size() > SHOWN ? "; ..." : "");
        }
    }
}
