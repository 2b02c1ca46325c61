package org.tornadonn.nn.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageSet;
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
        List<ParameterTable.Entry> alphas = AlphaFit.alphas(model);
        if (alphas.isEmpty()) {
            return;
        }
        try (Batches batches = Batches.evaluation(test, model.batch())) {
            Batches.Batch batch = batches.next();
            model.evaluate(batch.images(), batch.labels());
        }
        model.download();
        for (ParameterTable.Entry alpha : alphas) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("model", name);
            line.put("step", evaluation.step());
            line.put("norm", alpha.owner());
            line.put("alpha", model.parameters().get(alpha.offset()));
            line.put("inverseStd", 1 / model.activation(alpha.owner()).inputDeviation());
            lines.write(line);
        }
    }
}
