package org.tornadonn.nn.vit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.model.Model;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The micro-ViTs give PyTorch's logits, losses and gradients, and six steps of AdamW follow PyTorch's, on every device. */
class GoldenModelTest {
    static Stream<Arguments> cases() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        List<Arguments> cases = new ArrayList<>();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            TornadoBackend backend = runtime.getBackend(b);
            for (TornadoDevice device : backend.getAllDevices()) {
                for (Norm norm : Norm.values()) {
                    cases.add(Arguments.of(norm, device));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void matchesPyTorch(Norm norm, TornadoDevice device) {
        try (Model model = new Model(Golden.config(norm), 2, 0f, 0.05f, 0, device)) {
            Golden.fill(model);
            model.evaluate(Golden.input(), Golden.LABELS);
            double[] logits = Golden.logits(norm);
            for (int i = 0; i < logits.length; i++) {
                assertEquals(logits[i], model.logits()[i], 1e-4, "logit " + i);
            }
            // A learning rate of 0 leaves the parameters alone; the step counter goes back for the real steps.
            model.train(Golden.input(), Golden.LABELS, 0f);
            model.download();
            checkGradients(norm, model);
        }
        try (Model model = new Model(Golden.config(norm), 2, 0f, 0.05f, 0, device)) {
            Golden.fill(model);
            double[] losses = Golden.losses(norm);
            for (int i = 0; i < losses.length; i++) {
                float loss = model.train(Golden.input(), Golden.LABELS, 0.01f).loss();
                assertEquals(losses[i], loss, 2e-4 * losses[i], "loss before step " + (i + 1));
            }
        }
    }

    private static void checkGradients(Norm norm, Model model) {
        double[] norms = Golden.gradientNorms(norm);
        List<ParameterTable.Entry> entries = model.table().entries();
        assertEquals(norms.length, entries.size());
        int alphas = 0;
        for (int t = 0; t < norms.length; t++) {
            ParameterTable.Entry entry = entries.get(t);
            double squares = 0;
            for (int k = 0; k < entry.size(); k++) {
                double g = model.gradients().get(entry.offset() + k);
                squares += g * g;
            }
            assertEquals(norms[t], Math.sqrt(squares), 1e-3 * norms[t], entry.name());
            if (entry.name().endsWith("alpha")) {
                double expected = Golden.alphaGradients()[alphas++];
                assertEquals(expected, model.gradients().get(entry.offset()), 2e-3 * Math.abs(expected), entry.name());
            }
        }
    }
}
