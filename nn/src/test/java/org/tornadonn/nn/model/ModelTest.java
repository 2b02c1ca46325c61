package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.vit.VitConfig;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** What every architecture keeps to. */
class ModelTest {
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    enum Architecture {
        VIT {
            @Override
            ModelConfig config(int depth, Norm norm) {
                return new VitConfig(8, 3, 4, 24, depth, 2, 48, 3, norm, 0.5f, VitConfig.Pool.AVERAGE);
            }

            @Override
            int executions(int depth) {
                return 4 + 2 * depth;
            }
        },
        CONVNEXT {
            @Override
            ModelConfig config(int depth, Norm norm) {
                return ConvNextConfig.of(8, 2, List.of(1, depth), List.of(12, 24), 3, norm);
            }

            @Override
            int executions(int depth) {
                return 8 + 2 * depth;
            }
        };

        abstract ModelConfig config(int depth, Norm norm);

        /** Graphs executed in a step of training. */
        abstract int executions(int depth);
    }

    static Stream<Arguments> all() {
        return Stream.of(Architecture.values())
                .flatMap(
                        a -> Stream.of(Norm.LAYER_NORM, Norm.RMS_NORM, Norm.DYT).map(norm -> Arguments.of(a, norm)));
    }

    @ParameterizedTest
    @MethodSource("all")
    @Recorded(subject = "{0} with {1}", part = "learns one batch by heart")
    void learnsOneBatchByHeart(Architecture architecture, Norm norm) {
        ModelConfig config = architecture.config(2, norm);
        float[] images = Golden.input(config);
        try (Model model = new Model(config, new Training(2, 0f, 0f, 3), device)) {
            float first = model.train(images, Golden.LABELS, 3e-3f).loss();
            assertEquals(Math.log(3), first, 0.5, "an untrained model knows nothing");
            float last = first;
            // A ConvNeXt with DyT begins slowly: its layer scale of 1e-6 and its alphas of 0.5 let little through.
            for (int i = 0; i < 150; i++) {
                last = model.train(images, Golden.LABELS, 3e-3f).loss();
            }
            assertTrue(last < 0.02, "loss " + last);
            assertEquals(2, model.evaluate(images, Golden.LABELS).correct());
        }
    }

    /** On the embedded engine, which always counts; TornadoVM does so with its profiler only. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    @Tag("embedded")
    void aStepMovesTheBatchInAndFiveNumbersOut(Architecture architecture) {
        ModelConfig config = architecture.config(3, Norm.LAYER_NORM);
        try (Model model = new Model(config, new Training(2, 0f, 0f, 3), device)) {
            model.train(Golden.input(config), Golden.LABELS, 1e-3f);
            long in = model.bytesIn();
            long out = model.bytesOut();
            model.train(Golden.input(config), Golden.LABELS, 1e-3f);
            // Images, targets of three classes, six hyper-parameters, and per executed graph a table of 256 offsets.
            long tables = architecture.executions(3) * 256 * 4;
            assertEquals(4 * Golden.input(config).length + 4 * 2 * 3 + 4 * 6 + tables, model.bytesIn() - in);
            // Loss, right answers, samples; the gradient's norm and what clips it.
            assertEquals(20, model.bytesOut() - out);
        }
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    @Recorded(subject = "{0}", part = "padding counts for nothing")
    void paddingCountsForNothing(Architecture architecture) {
        ModelConfig config = architecture.config(1, Norm.DYT);
        float[] pixels = Golden.input(config);
        try (Model whole = new Model(config, new Training(2, 0f, 0f, 3), device);
                Model padded = new Model(config, new Training(3, 0f, 0f, 3), device)) {
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
