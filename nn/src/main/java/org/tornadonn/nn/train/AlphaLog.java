package org.tornadonn.nn.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Activation;
import org.tornadonn.nn.model.Model;

/**
 * After each evaluation, a line of JSON for each norm layer with an alpha to learn: alpha, and 1 / std of the layer's input over the
 * first batch of the test set. In trained models the two go together (arXiv 2503.10622, section 6.2).
 */
public final class AlphaLog implements Listener {
    private final Model model;
    private final ImageSet test;
    private final String name;
    private final JsonLines lines;

    /** @param name of the model in each line */
    public AlphaLog(Model model, ImageSet test, String name, Path file) {
        this.model = model;
        this.test = test;
        this.name = name;
        lines = new JsonLines(file);
    }

    @Override
    public void step(Progress progress) {}

    @Override
    public void evaluated(Evaluation evaluation) {
        if (model.norms().stream().noneMatch(this::hasAlpha)) {
            return;
        }
        try (Batches batches = Batches.evaluation(test, model.batch())) {
            Batches.Batch batch = batches.next();
            model.evaluate(batch.images(), batch.labels());
        }
        model.download();
        for (String norm : model.norms()) {
            if (hasAlpha(norm)) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("model", name);
                line.put("step", evaluation.step());
                line.put("norm", norm);
                line.put(
                        "alpha",
                        model.parameters()
                                .get(model.table().entry(norm + ".alpha").offset()));
                line.put("inverseStd", 1 / deviation(model.activation(norm)));
                lines.write(line);
            }
        }
    }

    private boolean hasAlpha(String norm) {
        return model.table().entries().stream().anyMatch(e -> e.name().equals(norm + ".alpha"));
    }

    private static double deviation(Activation activation) {
        double sum = 0;
        double squares = 0;
        for (float x : activation.input()) {
            sum += x;
            squares += (double) x * x;
        }
        double mean = sum / activation.input().length;
        return Math.sqrt(squares / activation.input().length - mean * mean);
    }
}
