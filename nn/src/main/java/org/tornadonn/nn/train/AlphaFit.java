package org.tornadonn.nn.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;

/**
 * First values of alpha by layer: each is 1 / std of what its layer is given, so that all layers begin as LayerNorm would, within
 * tanh's range and not in its linear part alone. The paper has one value for all layers (0.5); here the data chooses, layer after
 * layer, since what a layer is given depends on the alphas before it, as LSUV does it for weights (arXiv 1511.06422).
 *
 * @param alphas by the names of the norm layers
 */
public record AlphaFit(Map<String, Float> alphas) {
    private static final int LARGEST_BATCH = 64;
    private static final double CLOSE = 0.01;

    /** Fits the alphas of a model that has not been executed yet, on the first batch of its training, not augmented. */
    public static AlphaFit fit(Model model, ImageSet images) {
        int batch = Math.min(LARGEST_BATCH, images.size());
        Map<String, Float> alphas = new LinkedHashMap<>();
        try (Batches batches = Batches.training(images, batch, model.training().seed(), 0, Augmentation.none())) {
            Batches.Batch first = batches.next();
            double change = Double.POSITIVE_INFINITY;
            // Each round sets right at least the first layer that is not yet; the first finds how many there are.
            for (int round = 0; change > CLOSE && round <= alphas.size(); round++) {
                change = round(model, batch, first, alphas);
            }
        }
        return new AlphaFit(alphas);
    }

    /** Parameters cannot be set once they are on the device, so each round has a model of its own. */
    private static double round(Model model, int batch, Batches.Batch images, Map<String, Float> alphas) {
        double change = 0;
        try (Model trial = new Model(model.config(), Training.none(batch), model.device())) {
            int size = model.table().size();
            trial.parameters()
                    .getSegment()
                    .copyFrom(model.parameters().getSegment().asSlice(0, 4L * size));
            trial.evaluate(images.images(), images.labels());
            for (ParameterTable.Entry alpha : alphas(trial)) {
                int at = alpha.offset();
                double deviation = trial.activation(alpha.owner()).inputDeviation();
                // A layer that is given one number alone keeps its alpha.
                float fitted = deviation > 0
                        ? (float) (1 / deviation)
                        : model.parameters().get(at);
                change = Math.max(change, Math.abs(fitted / model.parameters().get(at) - 1));
                model.parameters().set(at, fitted);
                alphas.put(alpha.owner(), fitted);
            }
        }
        return change;
    }

    /** The alphas of a model whose layers can be seen, in order. */
    static List<ParameterTable.Entry> alphas(Model model) {
        List<String> norms = model.norms();
        return model.table().entries().stream()
                .filter(e -> e.isAlpha() && norms.contains(e.owner()))
                .toList();
    }

    /** The values, in one line. */
    @Override
    public String toString() {
        return alphas.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.3g", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", ", "first alpha ", ""));
    }
}
