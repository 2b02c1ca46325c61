package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.DrawnImages;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Alphas fitted to data bring what every layer is given to a deviation of 1, and change nothing else. */
class AlphaFitTest {
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of(VitConfig.of(32, 8, 24, 4, 2, 10, Norm.DYT), 9, true),
                Arguments.of(VitConfig.of(32, 8, 24, 2, 2, 10, Norm.DERF), 5, false),
                Arguments.of(
                        ConvNextConfig.of(32, 4, List.of(1, 2), List.of(6, 10), 10, Norm.DYT)
                                .withLayerScale(1),
                        6,
                        false));
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyLayerBeginsWithinTanhsRange(ModelConfig config, int layers, boolean recompute) {
        ImageSet images = DrawnImages.create(70, 1);
        Training training = new Training(6, 0f, 0f, 3).withRecompute(recompute);
        try (Model model = new Model(config, training, device);
                Model before = new Model(config, Training.none(64), device);
                Batches batches = Batches.training(images, 64, 3, 0, Augmentation.none())) {
            before.parameters().getSegment().copyFrom(model.parameters().getSegment());
            AlphaFit fit = AlphaFit.fit(model, images);
            assertEquals(layers, fit.alphas().size());
            assertTrue(fit.toString().contains(fit.alphas().keySet().iterator().next()), fit.toString());
            for (ParameterTable.Entry e : model.table().entries()) {
                for (int i = e.offset(); i < e.offset() + e.size(); i++) {
                    float was = before.parameters().get(i);
                    if (e.name().endsWith(".alpha")) {
                        assertNotEquals(was, model.parameters().get(i), e.name());
                        before.parameters().set(i, model.parameters().get(i));
                    } else {
                        assertEquals(was, model.parameters().get(i), e.name());
                    }
                }
            }
            // The same images through a model that begins with the fitted alphas.
            Batches.Batch batch = batches.next();
            before.evaluate(batch.images(), batch.labels());
            fit.alphas()
                    .forEach((norm, alpha) ->
                            assertEquals(1, alpha * before.activation(norm).inputDeviation(), 0.02, norm));
        }
    }
}
