package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.data.DrawnImages;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** First values of alpha as they are written, and what models begin with by them. */
class FirstAlphasTest {
    private static final ConvNextConfig CONFIG = ConvNextConfig.of(32, 4, List.of(1, 1), List.of(6, 10), 10, Norm.DYT);
    private static final ImageSet IMAGES = DrawnImages.create(4, 1);

    private static Map<String, Float> alphas(FirstAlphas first) {
        Map<String, Float> alphas = new LinkedHashMap<>();
        try (Model model = new Model(
                CONFIG.withAlpha0(first.usual()),
                Training.none(2),
                TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
            AlphaFit fit = first.apply(model, IMAGES);
            if (!first.fitted()) {
                assertNull(fit);
            }
            for (ParameterTable.Entry e : model.table().entries()) {
                if (e.name().endsWith(".alpha")) {
                    alphas.put(e.name(), model.parameters().get(e.offset()));
                }
            }
        }
        return alphas;
    }

    @Test
    void layersHaveThoseOfTheirParts() {
        assertEquals(
                Map.of(
                        "stem.1.alpha", 5f,
                        "stages.0.blocks.0.norm.alpha", 5f,
                        "stages.1.downsample.0.alpha", 1f,
                        "stages.1.blocks.0.norm.alpha", 5f,
                        "head.norm.alpha", 0.25f),
                alphas(FirstAlphas.of("5,downsample=1,head=0.25")));
        assertEquals(
                List.of(2f),
                alphas(FirstAlphas.of("2")).values().stream().distinct().toList());
        assertEquals(
                5, alphas(FirstAlphas.of("fit")).values().stream().distinct().count());
    }

    @Test
    void aPartThatNoLayerHasIsNamedWithThoseThatThereAre() {
        UserException e = assertThrows(
                UserException.class, () -> FirstAlphas.of("5,norm1=1").check(CONFIG.parameters()));
        assertTrue(
                e.getMessage().contains("norm1") && e.getMessage().contains("stages.1.downsample.0,"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "0",
                "-1",
                "NaN",
                "Infinity",
                "1,",
                "1,head",
                "1,=2",
                "1,head=",
                "1,head=-2",
                "fit,head=1"
            })
    void otherTextIsRefused(String text) {
        UserException e = assertThrows(UserException.class, () -> FirstAlphas.of(text));
        assertTrue(e.getMessage().contains("'" + text + "'"), e.getMessage());
    }
}
