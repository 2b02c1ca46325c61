package org.tornadonn.engine.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** exp in a lane loop is the writer's own where lanes are vectors; its bounds hold on every device. */
@Tag("embedded")
class LaneExpTest {
    private static final int SIZE = 64 * 1024;

    static void kExp(FloatArray y, FloatArray x, int blocks) {
        for (@Parallel int block = 0; block < blocks; block++) {
            for (int l = 0; l < 16; l++) {
                y.set(16 * block + l, TornadoMath.exp(x.get(16 * block + l)));
            }
        }
    }

    private static FloatArray exp(TornadoDevice device, FloatArray x) throws TornadoExecutionPlanException {
        FloatArray y = new FloatArray(x.getSize());
        TaskGraph graph = new TaskGraph("exp")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
                .task("t", LaneExpTest::kExp, y, x, x.getSize() / 16)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).execute();
        }
        return y;
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.engine.runtime.PlanTest#devices")
    void withinTwoUlp(TornadoDevice device) throws TornadoExecutionPlanException {
        FloatArray x = new FloatArray(SIZE);
        for (int i = 0; i < SIZE; i++) {
            // All magnitudes: half over the whole range, half near 0.
            double u = (double) i / SIZE;
            x.set(i, (float) (i % 2 == 0 ? -86.9 + 175.6 * u : Math.pow(10, -8 + 9 * u) * (i % 4 - 2)));
        }
        FloatArray y = exp(device, x);
        for (int i = 0; i < SIZE; i++) {
            double expected = Math.exp(x.get(i));
            assertEquals(expected, y.get(i), 2 * Math.ulp((float) expected), "exp(" + x.get(i) + ")");
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.engine.runtime.PlanTest#devices")
    void ends(TornadoDevice device) throws TornadoExecutionPlanException {
        float[] at = {
            0f,
            -0f,
            88.72283f,
            88.8f,
            1e30f,
            Float.POSITIVE_INFINITY,
            -87f,
            -88f,
            -104f,
            -1e30f,
            Float.NEGATIVE_INFINITY,
            Float.NaN
        };
        FloatArray x = new FloatArray(16);
        for (int i = 0; i < at.length; i++) {
            x.set(i, at[i]);
        }
        FloatArray y = exp(device, x);
        for (int i = 0; i < at.length; i++) {
            float expected = (float) Math.exp(at[i]);
            // What is below e^-87 may be 0.
            float tolerance = at[i] <= -87 ? expected : Float.isFinite(expected) ? 2 * Math.ulp(expected) : 0f;
            assertEquals(expected, y.get(i), tolerance, "exp(" + at[i] + ")");
        }
    }
}
