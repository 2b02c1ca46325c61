package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.layer.MemoryUse;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** What is counted before anything is allocated is what is allocated, and what would fit fits. */
class MemoryPlanTest {
    private static final Training TRAINING = new Training(8, 0.1f, 0.05f, 1);

    @ParameterizedTest
    @MethodSource("org.tornadonn.nn.model.ModelTest#all")
    void countsWhatIsAllocated(ModelTest.Architecture architecture, Norm norm) {
        ModelConfig config = architecture.config(2, norm);
        for (Training training : new Training[] {
            TRAINING,
            TRAINING.withAccumulation(2).withAdamW(a -> a.withEma(0.9f)).withDropPath(0.2f)
        }) {
            MemoryPlan plan = MemoryPlan.of(config, training, 1);
            try (Model model = new Model(
                    config, training, TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
                assertEquals(model.deviceBytes(), plan.bytes());
            }
            long parameters = 4L * config.parameters().size();
            assertEquals(parameters * (training.averaged() ? 2 : 1), plan.uses().get(MemoryUse.PARAMETERS));
            assertEquals(2 * parameters, plan.uses().get(MemoryUse.OPTIMIZER));
        }
    }

    /**
     * Of a block: its input, what its norms give, q, k and v, what attention gives with a number for each head, the sum of that and the
     * input, and what GELU is given. Not what GELU gives.
     */
    @Test
    void aBlockKeepsWhatItsBackwardReads() {
        VitConfig one = VitConfig.of(32, 4, 48, 1, 3, 10, Norm.DYT);
        VitConfig two = VitConfig.of(32, 4, 48, 2, 3, 10, Norm.DYT);
        long rows = (long) TRAINING.batch() * one.tokens();
        assertEquals(Float.BYTES * rows * (8 * one.width() + one.mlp() + one.heads()), saved(two) - saved(one));
    }

    private static long saved(ModelConfig config) {
        return MemoryPlan.of(config, TRAINING, 1).uses().get(MemoryUse.SAVED);
    }

    @Test
    void saysWhatWouldFit() {
        ModelConfig config = ModelTest.Architecture.VIT.config(2, Norm.DYT);
        long memory = MemoryPlan.of(config, new Training(5, 0f, 0f, 1), 1).bytes();
        assertDoesNotThrow(() -> MemoryPlan.check(config, new Training(5, 0f, 0f, 1), 1, memory));
        String said = assertThrows(UserException.class, () -> MemoryPlan.check(config, TRAINING, 1, memory))
                .getMessage();
        Matcher fit = Pattern.compile(
                        "A batch of (\\d+) would fit, or this one in micro-batches: --accumulation (\\d+)\\.")
                .matcher(said);
        assertTrue(fit.find(), said);
        assertEquals("5", fit.group(1));
        Training cut = TRAINING.withAccumulation(Integer.parseInt(fit.group(2)));
        assertDoesNotThrow(() -> MemoryPlan.check(config, cut, 1, memory));
        String none = assertThrows(UserException.class, () -> MemoryPlan.check(config, TRAINING, 1, 1000))
                .getMessage();
        assertTrue(none.contains("Not even one sample"), none);
    }

    /** Where images are mixed in pairs, only even numbers of them are computed at a time. */
    @Test
    void saysWhatWouldFitInPairs() {
        ModelConfig config = ModelTest.Architecture.VIT.config(2, Norm.DYT);
        Training mixing = new Training(12, 0f, 0f, 1).withMixing(true);
        long five = MemoryPlan.of(config, new Training(5, 0f, 0f, 1), 1).bytes();
        String said = assertThrows(UserException.class, () -> MemoryPlan.check(config, mixing, 1, five))
                .getMessage();
        assertTrue(said.contains("A batch of 4 would fit"), said);
        // Not 4: a quarter of the batch is three images.
        long three = MemoryPlan.of(config, mixing.withAccumulation(4), 1).bytes();
        said = assertThrows(UserException.class, () -> MemoryPlan.check(config, mixing, 1, three))
                .getMessage();
        assertTrue(said.contains("--accumulation 6"), said);
        long one = MemoryPlan.of(config, new Training(1, 0f, 0f, 1), 1).bytes();
        said = assertThrows(UserException.class, () -> MemoryPlan.check(config, mixing, 1, one))
                .getMessage();
        assertTrue(said.contains("Not even one pair"), said);
    }
}
