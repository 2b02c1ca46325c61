package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.suite.Recorded;
import org.tornadonn.suite.Recorder;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** The micro-networks give PyTorch's logits, losses and gradients, and six steps of AdamW follow PyTorch's, on every device. */
class GoldenModelTest {
    static Stream<Arguments> cases() {
        return Recorder.devices().stream()
                .flatMap(device -> Golden.all().stream().map(golden -> Arguments.of(golden, device)));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    @Recorded(subject = "{0}", part = "PyTorch's logits, gradients, six losses")
    void matchesPyTorch(Golden golden, TornadoDevice device) {
        try (Model model = new Model(golden.config(), new Training(2, 0f, 0.05f, 0), device)) {
            assertEquals(device, model.device());
            Golden.fill(model);
            model.evaluate(golden.input(), Golden.LABELS);
            double[] logits = golden.logits();
            assertEquals(logits.length, model.logits().length);
            for (int i = 0; i < logits.length; i++) {
                assertEquals(logits[i], model.logits()[i], 1e-4, "logit " + i);
            }
            // A learning rate of 0 leaves the parameters alone.
            model.train(golden.input(), Golden.LABELS, 0f);
            model.download();
            checkGradients(golden.gradients(), model);
        }
        try (Model model = new Model(golden.config(), new Training(2, 0f, 0.05f, 0), device)) {
            Golden.fill(model);
            double[] losses = golden.losses();
            for (int i = 0; i < losses.length; i++) {
                float loss = model.train(golden.input(), Golden.LABELS, 0.01f).loss();
                assertEquals(losses[i], loss, 2e-4 * losses[i], "loss before step " + (i + 1));
            }
        }
    }

    private static void checkGradients(List<Golden.Gradient> expected, Model model) {
        List<ParameterTable.Entry> entries = model.table().entries();
        assertEquals(expected.size(), entries.size());
        for (int t = 0; t < expected.size(); t++) {
            Golden.Gradient gradient = expected.get(t);
            ParameterTable.Entry entry = entries.get(t);
            assertEquals(gradient.name(), entry.name());
            assertEquals(gradient.shape(), entry.shape(), entry.name());
            double squares = 0;
            for (int k = 0; k < entry.size(); k++) {
                double g = model.gradients().get(entry.offset() + k);
                squares += g * g;
            }
            double actual = entry.name().endsWith("alpha") ? model.gradients().get(entry.offset()) : Math.sqrt(squares);
            assertEquals(gradient.value(), actual, 1e-3 * Math.abs(gradient.value()), entry.name());
        }
    }
}
