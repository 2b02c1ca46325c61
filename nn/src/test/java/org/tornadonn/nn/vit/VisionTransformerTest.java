package org.tornadonn.nn.vit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.engine.compile.KernelCompiler;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.model.Metrics;
import org.tornadonn.nn.model.Model;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

class VisionTransformerTest {
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    private static VitConfig config(int depth, Norm norm) {
        return new VitConfig(8, 3, 4, 24, depth, 2, 48, 3, norm, 0.5f);
    }

    @ParameterizedTest
    @EnumSource(Norm.class)
    void learnsOneBatchByHeart(Norm norm) {
        try (Model model = new Model(config(2, norm), 2, 0f, 0f, 3, device)) {
            float first = model.train(Golden.input(), Golden.LABELS, 3e-3f).loss();
            assertEquals(Math.log(3), first, 0.5, "an untrained model knows nothing");
            float last = first;
            for (int i = 0; i < 60; i++) {
                last = model.train(Golden.input(), Golden.LABELS, 3e-3f).loss();
            }
            assertTrue(last < 0.02, "loss " + last);
            assertEquals(2, model.evaluate(Golden.input(), Golden.LABELS).correct());
        }
    }

    @Test
    @Tag("embedded")
    void compilationDoesNotGrowWithDepth() {
        train(config(1, Norm.DYT));
        int shallow = KernelCompiler.compilations();
        train(config(7, Norm.DYT));
        assertEquals(shallow, KernelCompiler.compilations());
    }

    private void train(VitConfig config) {
        try (Model model = new Model(config, 2, 0f, 0f, 3, device)) {
            model.train(Golden.input(), Golden.LABELS, 1e-3f);
        }
    }

    @Test
    void aStepMovesTheBatchInAndThreeNumbersOut() {
        VitConfig config = config(3, Norm.LAYER_NORM);
        try (Model model = new Model(config, 2, 0f, 0f, 3, device)) {
            model.train(Golden.input(), Golden.LABELS, 1e-3f);
            long in = model.bytesIn();
            long out = model.bytesOut();
            model.train(Golden.input(), Golden.LABELS, 1e-3f);
            // Images, labels, six hyper-parameters, and per executed graph a table of 256 offsets.
            long tables = (3 + 2 * 3) * 256 * 4;
            assertEquals(4 * Golden.input().length + 4 * 2 + 4 * 6 + tables, model.bytesIn() - in);
            assertEquals(12, model.bytesOut() - out);
        }
    }

    @Test
    void paddingCountsForNothing() {
        float[] pixels = Golden.input();
        try (Model whole = new Model(config(1, Norm.DYT), 2, 0f, 0f, 3, device);
                Model padded = new Model(config(1, Norm.DYT), 3, 0f, 0f, 3, device)) {
            float[] more = java.util.Arrays.copyOf(pixels, pixels.length / 2 * 3);
            Metrics a = whole.train(pixels, new int[] {1, 2}, 1e-3f);
            Metrics b = padded.train(more, new int[] {1, 2, -1}, 1e-3f);
            assertEquals(a.loss(), b.loss(), 1e-5);
            assertEquals(2, b.counted());
            whole.download();
            padded.download();
            for (int i = 0; i < whole.table().size(); i++) {
                assertEquals(whole.gradients().get(i), padded.gradients().get(i), 1e-5);
            }
        }
    }
}
