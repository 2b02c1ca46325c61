package org.tornadonn.nn.convnext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.train.Json;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Parameter totals and their split into decayed and exempt, as counted on timm's models; names; initial values. */
class ConvNextConfigTest {
    @ParameterizedTest
    @CsvSource({
        "tiny, 1000, 28589128, 28589151, 28524000",
        "small, 1000, 50223688, 50223729, 50096352",
        "base, 1000, 88591464, 88591505, 88422016",
        "large, 1000, 197767336, 197767377, 197513664",
        "xlarge, 1000, 350196968, 350197009, 349859072",
        "atto, 1000, 3695520, 3695537, 3676080",
        "femto, 1000, 5217784, 5217801, 5194656",
        "pico, 1000, 9045672, 9045689, 9015168",
        "nano, 1000, 15593560, 15593579, 15549920",
        "tiny, 10, 27827818, 27827841, -1",
        "tiny, 100, 27897028, 27897051, -1",
        "atto, 10, 3377730, 3377747, -1",
        "atto, 100, 3406620, 3406637, -1",
        "femto_patch2_32, 10, 4834906, 4834923, -1"
    })
    void counts(String size, int classes, int norm, int dyt, int decayed) {
        ParameterTable layerNorm = ConvNextConfig.named("convnext_" + size, classes, Norm.LAYER_NORM)
                .parameters();
        ParameterTable tanh =
                ConvNextConfig.named("convnext_" + size, classes, Norm.DYT).parameters();
        assertEquals(norm, layerNorm.size());
        assertEquals(dyt, tanh.size());
        if (decayed >= 0) {
            assertEquals(decayed, layerNorm.decayedSize());
            assertEquals(decayed, tanh.decayedSize());
        }
    }

    private static ConvNextConfig small(float layerScale) {
        return new ConvNextConfig(16, 1, 2, List.of(1, 2), List.of(4, 6), 3, Norm.DYT, 0.7f, layerScale, false);
    }

    /** timm.optim.param_groups_layer_decay: a layer per block, the first of a stage with its downsampling. */
    @Test
    void layersAreTimms() {
        ParameterTable table = small(1f).parameters();
        assertEquals(0, table.entry("stem.1.alpha").layer());
        assertEquals(1, table.entry("stages.0.blocks.0.gamma").layer());
        assertEquals(2, table.entry("stages.1.downsample.1.weight").layer());
        assertEquals(2, table.entry("stages.1.blocks.0.conv_dw.bias").layer());
        assertEquals(3, table.entry("stages.1.blocks.1.norm.weight").layer());
        assertEquals(4, table.entry("head.norm.weight").layer());
        assertEquals(4, table.lastLayer());
    }

    @Test
    void beginsAsTimmDoes() {
        ConvNextConfig config = ConvNextConfig.named("convnext_atto_patch2_32", 10, Norm.DYT);
        ParameterTable table = config.parameters();
        FloatArray params = new FloatArray(table.size());
        config.initialize(params, 5);
        double squares = 0;
        for (ParameterTable.Entry entry : table.entries()) {
            for (int i = 0; i < entry.size(); i++) {
                float value = params.get(entry.offset() + i);
                if (entry.shape().size() > 1) {
                    squares += (double) value * value;
                } else if (entry.name().endsWith(".gamma")) {
                    assertEquals(1e-6f, value);
                } else if (entry.name().endsWith(".alpha")) {
                    assertEquals(0.5f, value);
                } else {
                    assertEquals(entry.name().endsWith(".weight") ? 1f : 0f, value, entry.name());
                }
            }
        }
        assertEquals(0.02, Math.sqrt(squares / table.decayedSize()), 1e-4);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        says("must divide the image size (32)", 32, 3, List.of(1), List.of(4));
        says("must divide the image size (24)", 24, 2, List.of(1, 1, 1, 1), List.of(4, 4, 4, 4));
        says("one number per stage", 32, 2, List.of(1, 1), List.of(4));
        says("must be positive", 32, 2, List.of(0), List.of(4));
        UserException e = assertThrows(UserException.class, () -> ConvNextConfig.named("convnext_huge", 10, Norm.DYT));
        assertTrue(e.getMessage().contains("xlarge"), e.getMessage());
    }

    private static void says(String part, int size, int patch, List<Integer> depths, List<Integer> dims) {
        UserException e =
                assertThrows(UserException.class, () -> ConvNextConfig.of(size, patch, depths, dims, 10, Norm.DYT));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void survivesJson() {
        ConvNextConfig config = small(0.1f);
        String json =
                Json.MAPPER.writerFor(org.tornadonn.nn.model.ModelConfig.class).writeValueAsString(config);
        assertTrue(json.contains("\"convnext\""), json);
        assertEquals(config, Json.MAPPER.readValue(json, org.tornadonn.nn.model.ModelConfig.class));
    }
}
