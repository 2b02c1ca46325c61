package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.layer.MemoryUse;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Blocks that are computed again for backward: the same bits, less memory. */
class RecomputeTest {
    private static final Training PLAIN = new Training(2, 0.1f, 0.05f, 3).withDropPath(0.5f);
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    @ParameterizedTest
    @CsvSource({"VIT, DYT, 1", "VIT, LAYER_NORM, 2", "CONVNEXT, DYT, 1", "CONVNEXT, LAYER_NORM, 1"})
    void theBitsAreTheSame(ModelTest.Architecture architecture, Norm norm, int accumulation) {
        ModelConfig config = architecture.config(3, norm);
        Training training = PLAIN.withAccumulation(accumulation);
        try (Model kept = new Model(config, training, device);
                Model again = new Model(config, training.withRecompute(true), device)) {
            Golden.fill(kept);
            Golden.fill(again);
            assertTrue(again.deviceBytes() < kept.deviceBytes());
            for (int step = 0; step < 3; step++) {
                Metrics expected = kept.train(Golden.input(config), Golden.LABELS, 1e-2f);
                assertEquals(expected, again.train(Golden.input(config), Golden.LABELS, 1e-2f));
            }
            kept.download();
            again.download();
            assertArrayEquals(kept.gradients().toHeapArray(), again.gradients().toHeapArray());
            assertArrayEquals(
                    kept.parameters().toHeapArray(), again.parameters().toHeapArray());
        }
    }

    @Test
    void theLastBlocksActivationsAreKept() {
        ModelConfig config = ModelTest.Architecture.VIT.config(3, Norm.DYT);
        try (Model kept = new Model(config, PLAIN, device);
                Model again = new Model(config, PLAIN.withRecompute(true), device)) {
            assertEquals(List.of("blocks.2.norm1", "blocks.2.norm2", "fc_norm"), again.norms());
            kept.evaluate(Golden.input(config), Golden.LABELS);
            again.evaluate(Golden.input(config), Golden.LABELS);
            for (String norm : again.norms()) {
                assertArrayEquals(
                        kept.activation(norm).input(), again.activation(norm).input());
                assertArrayEquals(
                        kept.activation(norm).output(), again.activation(norm).output());
            }
            UserException e = assertThrows(UserException.class, () -> again.activation("blocks.0.norm1"));
            assertTrue(e.getMessage().contains("Without recomputation"), e.getMessage());
        }
    }

    @Test
    void ofADeepModelLittleIsSaved() {
        ModelConfig config = VitConfig.of(32, 4, 192, 12, 3, 10, Norm.DYT);
        Training training = new Training(64, 0.1f, 0.05f, 1);
        long kept = MemoryPlan.of(config, training, 1).uses().get(MemoryUse.SAVED);
        MemoryPlan again = MemoryPlan.of(config, training.withRecompute(true), 1);
        assertTrue(5 * again.uses().get(MemoryUse.SAVED) < kept, again.toString());
        UserException e = assertThrows(UserException.class, () -> MemoryPlan.check(config, training, 1, again.bytes()));
        assertTrue(e.getMessage().contains("--recompute"), e.getMessage());
    }
}
