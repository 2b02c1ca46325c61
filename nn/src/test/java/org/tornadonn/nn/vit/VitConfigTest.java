package org.tornadonn.nn.vit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;

/** Parameter totals and their split into decayed and exempt, as counted on timm's models. */
class VitConfigTest {
    @ParameterizedTest
    @CsvSource({
        "224, 16, 192, 12, 3, 1000, 5717416, 5717441, 5647872",
        "224, 16, 384, 12, 6, 1000, 22050664, 22050689, 21912576",
        "224, 16, 768, 12, 12, 1000, 86567656, 86567681, 86292480",
        "224, 16, 1024, 24, 16, 1000, 304326632, 304326681, 303800320",
        "32, 4, 192, 12, 3, 10, 5362762, 5362787, -1",
        "32, 4, 192, 6, 3, 10, 2693578, 2693591, -1",
        "64, 8, 192, 12, 3, 200, 5427080, 5427105, -1"
    })
    void counts(int size, int patch, int width, int depth, int heads, int classes, int norm, int dyt, int decayed) {
        ParameterTable layerNorm = VitConfig.of(size, patch, width, depth, heads, classes, Norm.LAYER_NORM)
                .parameters();
        ParameterTable tanh = VitConfig.of(size, patch, width, depth, heads, classes, Norm.DYT)
                .parameters();
        ParameterTable token = VitConfig.of(size, patch, width, depth, heads, classes, Norm.DYT)
                .withPool(VitConfig.Pool.TOKEN)
                .parameters();
        assertEquals(dyt, token.size());
        assertEquals(layerNorm.decayedSize(), token.decayedSize());
        assertEquals(norm, layerNorm.size());
        assertEquals(dyt, tanh.size());
        if (decayed >= 0) {
            assertEquals(decayed, layerNorm.decayedSize());
            assertEquals(decayed, tanh.decayedSize());
        }
    }

    @Test
    void namesAreTimms() {
        assertEquals(
                VitConfig.of(224, 16, 384, 12, 6, 1000, Norm.DYT),
                VitConfig.named("vit_small_patch16_224", 1000, Norm.DYT));
        assertEquals(
                VitConfig.of(32, 4, 192, 12, 3, 10, Norm.LAYER_NORM),
                VitConfig.named("vit_tiny_patch4_32", 10, Norm.LAYER_NORM));
        assertThrows(UserException.class, () -> VitConfig.named("vit_huge_patch14_224", 10, Norm.DYT));
    }

    /** timm.optim.param_groups_layer_decay: 0 before the blocks, then a layer per block, then the head. */
    @Test
    void layersAreTimms() {
        ParameterTable table = VitConfig.of(32, 8, 16, 3, 2, 10, Norm.DYT).parameters();
        assertEquals(0, table.entry("cls_token").layer());
        assertEquals(0, table.entry("patch_embed.proj.weight").layer());
        assertEquals(1, table.entry("blocks.0.norm1.alpha").layer());
        assertEquals(3, table.entry("blocks.2.mlp.fc2.bias").layer());
        assertEquals(4, table.entry("fc_norm.weight").layer());
        assertEquals(4, table.entry("head.bias").layer());
        assertEquals(4, table.lastLayer());
        ParameterTable token = VitConfig.of(32, 8, 16, 3, 2, 10, Norm.DYT)
                .withPool(VitConfig.Pool.TOKEN)
                .parameters();
        assertEquals(3, token.entry("norm.alpha").layer());
        assertEquals(4, token.entry("head.weight").layer());
    }

    @Test
    void whatDoesNotDivideIsRefused() {
        UserException e = assertThrows(UserException.class, () -> VitConfig.of(32, 5, 192, 6, 3, 10, Norm.DYT));
        assertTrue(e.getMessage().contains("patch (5)"), e.getMessage());
        assertThrows(UserException.class, () -> VitConfig.of(32, 4, 192, 6, 5, 10, Norm.DYT));
    }
}
