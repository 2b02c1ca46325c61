package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** What norm layers are given and give can be seen, by their names. */
class ActivationTest {
    private static final double EPS = 1e-6;
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    private Model model(ModelConfig config) {
        Model model = new Model(config, new Training(2, 0f, 0f, 3).withDropPath(0.5f), device);
        Golden.fill(model);
        return model;
    }

    /** Each has parameters of its own, so that one taken for another would be seen. */
    @ParameterizedTest
    @MethodSource("org.tornadonn.nn.model.ModelTest#all")
    void outputIsTheNormOfInput(ModelTest.Architecture architecture, Norm norm) {
        ModelConfig config = architecture.config(3, norm);
        try (Model model = model(config)) {
            model.train(Golden.input(config), Golden.LABELS, 0f);
            model.evaluate(Golden.input(config), Golden.LABELS);
            Set<Float> inputs = new HashSet<>();
            for (String name : model.norms()) {
                Activation a = model.activation(name);
                int c = a.channels();
                assertTrue(inputs.add(a.input()[0]), name + " has the input of another layer");
                assertEquals(0, a.input().length % (2 * c));
                assertEquals(a.input().length, a.output().length);
                for (int i = 0; i < a.input().length; i++) {
                    double[] row = new double[c];
                    for (int j = 0; j < c; j++) {
                        row[j] = a.input()[i / c * c + j];
                    }
                    double expected = weight(model, name + ".weight", i % c) * normed(model, name, norm, row, i % c);
                    if (norm != Norm.RMS_NORM) {
                        expected += weight(model, name + ".bias", i % c);
                    }
                    assertEquals(expected, a.output()[i], 1e-5 * Math.max(1, Math.abs(expected)), name);
                }
            }
        }
    }

    private static double weight(Model model, String tensor, int i) {
        return model.parameters().get(model.table().entry(tensor).offset() + i);
    }

    private static double normed(Model model, String name, Norm norm, double[] row, int i) {
        double mean = Arrays.stream(row).average().orElseThrow();
        double square = Arrays.stream(row).map(x -> x * x).average().orElseThrow();
        return switch (norm) {
            case LAYER_NORM -> (row[i] - mean) / Math.sqrt(square - mean * mean + EPS);
            case RMS_NORM -> row[i] / Math.sqrt(square + EPS);
            case DYT -> Math.tanh(weight(model, name + ".alpha", 0) * row[i]);
            default -> throw new IllegalArgumentException(norm + " is not one of ModelTest's");
        };
    }

    @Test
    void namesAreTimms() {
        try (Model model = model(ModelTest.Architecture.CONVNEXT.config(2, Norm.DYT))) {
            assertEquals(
                    List.of(
                            "stem.1",
                            "stages.0.blocks.0.norm",
                            "stages.1.downsample.0",
                            "stages.1.blocks.0.norm",
                            "stages.1.blocks.1.norm",
                            "head.norm"),
                    model.norms());
            UserException e = assertThrows(UserException.class, () -> model.activation("norm"));
            assertTrue(e.getMessage().contains("stem.1"), e.getMessage());
        }
        try (Model model = model(ModelTest.Architecture.VIT.config(1, Norm.DYT))) {
            assertEquals(List.of("blocks.0.norm1", "blocks.0.norm2", "fc_norm"), model.norms());
        }
    }
}
