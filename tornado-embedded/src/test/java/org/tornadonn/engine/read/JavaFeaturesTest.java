package org.tornadonn.engine.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task3;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Each Java feature gives on every device what it gives in Java. */
@Tag("embedded")
class JavaFeaturesTest {
    private static final int SIZE = 53;

    static Stream<Arguments> cases() {
        Map<String, Task3<FloatArray, FloatArray, IntArray>> kernels = new LinkedHashMap<>();
        kernels.put("if and else", JavaFeatures::kIfElse);
        kernels.put("sums as indices", JavaFeatures::kIndexSums);
        kernels.put("ternary", JavaFeatures::kTernary);
        kernels.put("while, break, continue", JavaFeatures::kWhileBreakContinue);
        kernels.put("do while", JavaFeatures::kDoWhile);
        kernels.put("labelled loops", JavaFeatures::kLabelled);
        kernels.put("switch", JavaFeatures::kSwitch);
        kernels.put("int arithmetic", JavaFeatures::kIntegers);
        kernels.put("long arithmetic", JavaFeatures::kLongs);
        kernels.put("conversions", JavaFeatures::kConversions);
        kernels.put("NaN", JavaFeatures::kNaN);
        kernels.put("calls", JavaFeatures::kCalls);
        kernels.put("private array", JavaFeatures::kPrivateArray);
        kernels.put("mathematics", JavaFeatures::kMath);
        kernels.put("several parallel loops", JavaFeatures::kTwoLoops);
        kernels.put("lane loops", JavaFeatures::kLanes);
        kernels.put("choices", JavaFeatures::kChoices);
        kernels.put("loops that are not lanes", JavaFeatures::kNotLanes);
        return devices().stream()
                .flatMap(d -> kernels.entrySet().stream().map(k -> Arguments.of(k.getKey(), d, k.getValue())));
    }

    private static List<TornadoDevice> devices() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        List<TornadoDevice> devices = new ArrayList<>();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            devices.addAll(runtime.getBackend(b).getAllDevices());
        }
        assertTrue(!devices.isEmpty(), "no device");
        return devices;
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("cases")
    void likeJava(String feature, TornadoDevice device, Task3<FloatArray, FloatArray, IntArray> kernel)
            throws TornadoExecutionPlanException {
        Random random = new Random(7);
        FloatArray x = new FloatArray(SIZE);
        IntArray k = new IntArray(SIZE);
        for (int i = 0; i < SIZE; i++) {
            x.set(i, (float) (2 * random.nextGaussian()));
            k.set(i, random.nextInt(9));
        }
        FloatArray expected = new FloatArray(SIZE);
        kernel.apply(expected, x, k);
        FloatArray y = new FloatArray(SIZE);
        y.init(Float.NaN);
        TaskGraph graph = new TaskGraph("features")
                .task("t", kernel, y, x, k)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).execute();
        }
        for (int i = 0; i < SIZE; i++) {
            assertEquals(
                    expected.get(i), y.get(i), 2e-6 * Math.max(1, Math.abs(expected.get(i))), feature + " [" + i + "]");
        }
    }
}
