package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.engine.compile.KernelCompiler;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** What the embedded engine tells of a model. The Maven profile tornadovm, which has no embedded engine, leaves this class out. */
@Tag("embedded")
class EmbeddedModelTest {
    @ParameterizedTest
    @EnumSource(ModelTest.Architecture.class)
    void compilationDoesNotGrowWithDepth(ModelTest.Architecture architecture) {
        train(architecture.config(1, Norm.DYT));
        int shallow = KernelCompiler.compilations();
        train(architecture.config(7, Norm.DYT));
        assertEquals(shallow, KernelCompiler.compilations());
    }

    private static void train(ModelConfig config) {
        Training training = new Training(2, 0f, 0f, 3)
                .withAccumulation(2)
                .withAdamW(a -> a.withLayerDecay(0.9f).withClip(1f).withEma(0.9f))
                .withDropPath(0.5f);
        try (Model model = new Model(
                config, training, TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
            model.train(Golden.input(config), Golden.LABELS, 1e-3f);
        }
    }
}
