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
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;

/** Every number of both 16-bit formats is read right, and floats are rounded to them as the JDK rounds: alone, in lanes, and in between. */
@Tag("embedded")
class SixteenBitTest {
    private static final int ALL = 1 << 16;

    static void kHalves(
            FloatArray y, HalfFloatArray rounded, FloatArray product, HalfFloatArray x, FloatArray z, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            y.set(i, x.get(i).getFloat32());
            HalfFloat half = new HalfFloat(z.get(i));
            rounded.set(i, half);
            product.set(i, HalfFloat.mult(half, x.get(i)).getFloat32());
        }
    }

    static void kHalvesInLanes(
            FloatArray y, HalfFloatArray rounded, FloatArray product, HalfFloatArray x, FloatArray z, int blocks) {
        for (@Parallel int block = 0; block < blocks; block++) {
            for (int l = 0; l < 16; l++) {
                y.set(16 * block + l, x.get(16 * block + l).getFloat32());
                rounded.set(16 * block + l, new HalfFloat(z.get(16 * block + l)));
                product.set(
                        16 * block + l,
                        HalfFloat.mult(new HalfFloat(z.get(16 * block + l)), x.get(16 * block + l))
                                .getFloat32());
            }
        }
    }

    static void kBFloats(FloatArray y, BFloat16Array rounded, FloatArray again, BFloat16Array x, FloatArray z, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            y.set(i, BFloat16.bf16ToFloat(x.get(i)));
            short bits = BFloat16.bf16FromFloat(z.get(i));
            rounded.set(i, bits);
            again.set(i, BFloat16.bf16ToFloat(bits));
        }
    }

    static void kBFloatsInLanes(
            FloatArray y, BFloat16Array rounded, FloatArray again, BFloat16Array x, FloatArray z, int blocks) {
        for (@Parallel int block = 0; block < blocks; block++) {
            for (int l = 0; l < 16; l++) {
                y.set(16 * block + l, BFloat16.bf16ToFloat(x.get(16 * block + l)));
                rounded.set(16 * block + l, BFloat16.bf16FromFloat(z.get(16 * block + l)));
                again.set(16 * block + l, BFloat16.bf16ToFloat(BFloat16.bf16FromFloat(z.get(16 * block + l))));
            }
        }
    }

    /** Floats of all magnitudes, many half-way between two numbers of a format, and what is no number. */
    private static FloatArray floats() {
        FloatArray z = new FloatArray(ALL);
        for (int i = 0; i < ALL; i++) {
            float half = Float.float16ToFloat((short) i);
            z.set(
                    i,
                    switch (i % 4) {
                        case 0 -> Float.intBitsToFloat(i << 16 | 0x8000);
                        case 1 -> half + Math.ulp(half) * 0x1000;
                        case 2 -> Float.intBitsToFloat(i * 0x9E3779B1);
                        default -> half;
                    });
        }
        return z;
    }

    private static void run(TornadoDevice device, TaskGraph graph, Object... results)
            throws TornadoExecutionPlanException {
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, results);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).execute();
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.engine.runtime.PlanTest#devices")
    void halves(TornadoDevice device) throws TornadoExecutionPlanException {
        HalfFloatArray x = new HalfFloatArray(ALL);
        for (int i = 0; i < ALL; i++) {
            x.set(i, new HalfFloat((short) i));
        }
        FloatArray z = floats();
        for (boolean lanes : new boolean[] {false, true}) {
            FloatArray y = new FloatArray(ALL);
            HalfFloatArray rounded = new HalfFloatArray(ALL);
            FloatArray product = new FloatArray(ALL);
            TaskGraph graph = new TaskGraph("halves").transferToDevice(DataTransferMode.FIRST_EXECUTION, x, z);
            if (lanes) {
                graph.task("t", SixteenBitTest::kHalvesInLanes, y, rounded, product, x, z, ALL / 16);
            } else {
                graph.task("t", SixteenBitTest::kHalves, y, rounded, product, x, z, ALL);
            }
            run(device, graph, y, rounded, product);
            for (int i = 0; i < ALL; i++) {
                float read = Float.float16ToFloat((short) i);
                float nearest = Float.float16ToFloat(Float.floatToFloat16(z.get(i)));
                assertEquals(read, y.get(i), "half " + i);
                assertEquals(nearest, rounded.get(i).getFloat32(), z.get(i) + " as a half");
                assertEquals(
                        Float.float16ToFloat(Float.floatToFloat16(read * nearest)),
                        product.get(i),
                        read + " * " + nearest);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.engine.runtime.PlanTest#devices")
    void bfloats(TornadoDevice device) throws TornadoExecutionPlanException {
        BFloat16Array x = new BFloat16Array(ALL);
        for (int i = 0; i < ALL; i++) {
            x.set(i, (short) i);
        }
        FloatArray z = floats();
        for (boolean lanes : new boolean[] {false, true}) {
            FloatArray y = new FloatArray(ALL);
            BFloat16Array rounded = new BFloat16Array(ALL);
            FloatArray again = new FloatArray(ALL);
            TaskGraph graph = new TaskGraph("bfloats").transferToDevice(DataTransferMode.FIRST_EXECUTION, x, z);
            if (lanes) {
                graph.task("t", SixteenBitTest::kBFloatsInLanes, y, rounded, again, x, z, ALL / 16);
            } else {
                graph.task("t", SixteenBitTest::kBFloats, y, rounded, again, x, z, ALL);
            }
            run(device, graph, y, rounded, again);
            for (int i = 0; i < ALL; i++) {
                assertEquals(Float.intBitsToFloat(i << 16), y.get(i), "bfloat16 " + i);
                float nearest = nearestBFloat(z.get(i));
                assertEquals(nearest, rounded.getFloat(i), z.get(i) + " as a bfloat16");
                assertEquals(nearest, again.get(i), z.get(i) + " as a bfloat16");
            }
        }
    }

    /** By its distance to both neighbours. */
    private static float nearestBFloat(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        float down = Float.intBitsToFloat(bits & 0xFFFF0000);
        float up = Float.intBitsToFloat((bits & 0xFFFF0000) + 0x10000);
        double past = Float.isInfinite(up) ? Math.copySign(0x1p128, value) : up;
        int order = Double.compare(Math.abs((double) value - down), Math.abs(past - value));
        return order < 0 || order == 0 && (bits & 0x10000) == 0 ? down : up;
    }
}
