package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Outcome;
import org.tornadonn.suite.Recorder;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Every op on tensors in 16 bits gives what it gives in float, which {@link KernelTest} and its neighbours compare with references, rounded
 * once: so all sums are in float. The inputs are numbers of the format.
 */
class StorageTest {
    /** A tensor of an op: {@code stored} ones are in the format, the others in float always. */
    private record Tensor(int size, boolean output, boolean stored) {}

    private static Tensor in(int size) {
        return new Tensor(size, false, true);
    }

    private static Tensor out(int size) {
        return new Tensor(size, true, true);
    }

    private static Tensor floatIn(int size) {
        return new Tensor(size, false, false);
    }

    private static Tensor floatOut(int size) {
        return new Tensor(size, true, false);
    }

    /** An epilogue of a product [m, n] with all there can be at once. */
    private record Full(boolean gradient, int m, int n) {}

    /** What a method that adds an op to a stage is called with, behind the stage and the task's name; how often its results are rounded. */
    private record Case(String op, int roundings, Object... arguments) {
        @Override
        public String toString() {
            return op;
        }
    }

    private static Case of(String op, Object... arguments) {
        return new Case(op, 1, arguments);
    }

    private static final int R = 67;
    private static final int C = 37;
    private static final int N = R * C;

    private static final List<Case> CASES = List.of(
            of(
                    "Pointwise.forward",
                    PointwiseKernel.Function.TANH,
                    out(N),
                    in(N),
                    floatIn(1),
                    null,
                    floatIn(C),
                    floatIn(C),
                    R,
                    C),
            of(
                    "Pointwise.backward",
                    PointwiseKernel.Function.TANH,
                    out(N),
                    floatOut(1),
                    null,
                    floatOut(C),
                    floatOut(C),
                    in(N),
                    in(N),
                    floatIn(1),
                    null,
                    floatIn(C),
                    in(N),
                    R,
                    C),
            of(
                    "Pointwise.backward",
                    PointwiseKernel.Function.ERF,
                    out(N),
                    floatOut(1),
                    floatOut(1),
                    floatOut(C),
                    floatOut(C),
                    in(N),
                    in(N),
                    floatIn(1),
                    floatIn(1),
                    floatIn(C),
                    null,
                    R,
                    C),
            of("LayerNorm.forward", out(N), floatOut(R), floatOut(R), in(N), floatIn(C), floatIn(C), R, C, 1e-5f),
            of(
                    "LayerNorm.backward",
                    out(N),
                    floatOut(C),
                    floatOut(C),
                    in(N),
                    in(N),
                    floatIn(C),
                    floatIn(R),
                    floatIn(R),
                    in(N),
                    R,
                    C),
            of(
                    "LayerNorm.backward",
                    out(N),
                    floatOut(C),
                    floatOut(C),
                    in(N),
                    in(N),
                    floatIn(C),
                    floatIn(R),
                    floatIn(R),
                    null,
                    R,
                    C),
            of("RmsNorm.forward", out(N), floatOut(R), in(N), floatIn(C), R, C, 1e-5f),
            of("RmsNorm.backward", out(N), floatOut(C), in(N), in(N), floatIn(C), floatIn(R), in(N), R, C),
            of("Gelu.forward", GeluKernel.Form.EXACT, out(N), in(N), N),
            of("Gelu.backward", GeluKernel.Form.TANH, out(N), in(N), in(N), N),
            // In lanes the exponentials stand in y before they are divided by their sum.
            new Case("Softmax.forward", 2, out(N), in(N), R, C),
            of("Softmax.backward", out(N), in(N), in(N), R, C),
            of("MatMul.linear", out(R * C), in(R * 300), in(C * 300), Epilogue.NONE, R, 300, C),
            of("MatMul.linear", out(N), in(R * 19), in(C * 19), new Full(false, R, C), R, 19, C),
            of("MatMul.linearBackwardInput", out(R * 300), in(N), in(C * 300), Epilogue.NONE, R, 300, C),
            of("MatMul.linearBackwardInput", out(N), in(R * 19), in(19 * C), new Full(true, R, C), R, C, 19),
            of("MatMul.linearBackwardWeight", out(19 * C), in(2100 * 19), in(2100 * C), 2100, C, 19),
            of("MatMul.linearBackwardWeight", floatOut(19 * C), in(2100 * 19), in(2100 * C), 2100, C, 19),
            of("MatMul.batched", out(3 * N), in(3 * R * 270), false, in(3 * 270 * C), true, 3, R, C, 270),
            of("Attention.forward", out(2 * 19 * 34), floatOut(2 * 2 * 19), in(2 * 19 * 3 * 34), 2, 19, 2, 17, true),
            of(
                    "Attention.backward",
                    out(2 * 19 * 3 * 34),
                    in(2 * 19 * 34),
                    in(2 * 19 * 3 * 34),
                    in(2 * 19 * 34),
                    floatIn(2 * 2 * 19),
                    2,
                    19,
                    2,
                    17,
                    false),
            of("DepthwiseConv.forward", out(2 * 81 * C), in(2 * 81 * C), floatIn(C * 49), floatIn(C), 2, 9, C, 7),
            of(
                    "DepthwiseConv.backwardInput",
                    out(2 * 81 * C),
                    in(2 * 81 * C),
                    floatIn(C * 49),
                    in(2 * 81 * C),
                    2,
                    9,
                    C,
                    7),
            of(
                    "DepthwiseConv.backwardWeights",
                    floatOut(C * 49),
                    floatOut(C),
                    in(2 * 81 * C),
                    in(2 * 81 * C),
                    2,
                    9,
                    C,
                    7),
            of("Bias.backward", floatOut(C), in(N), R, C),
            of("DropPath.backward", out(N), in(N), floatIn(R), R, 1, C),
            of("Dropout.drop", out(N), in(N), floatIn(8), N, 0.25f),
            of("Pool.forward", out(2 * C), in(2 * 11 * C), 2, 11, C, 1, 11),
            of("Pool.backward", out(2 * 11 * C), in(2 * C), 2, 11, C, 1, 11),
            of("Patch.unfold", out(2 * 3 * 64), in(2 * 3 * 64), PatchKernel.Layout.CHANNELS_LAST, 2, 3, 8, 4),
            of("Patch.fold", out(2 * 3 * 64), in(2 * 3 * 64), PatchKernel.Layout.CHANNELS_FIRST, 2, 3, 8, 4));

    static Stream<Arguments> cases() {
        return Bench.cases(Stream.of(DType.FLOAT16, DType.BFLOAT16)
                .flatMap(f -> CASES.stream().map(c -> new Object[] {f, c}))
                .toArray(Object[][]::new));
    }

    /** An op run once: its tensors with what is known of them, and its results. */
    private static final class Run {
        private final DType numbers;
        private final DType type;
        private final Random random = new Random(20250310);
        private final List<Object> arrays = new ArrayList<>();
        private final List<Slice> outputs = new ArrayList<>();

        /**
         * @param numbers the type whose numbers the inputs are
         * @param type they are kept in
         */
        Run(DType numbers, DType type) {
            this.numbers = numbers;
            this.type = type;
        }

        private Slice slice(Tensor tensor) {
            int offset = tensor.output() ? 5 : 3;
            TornadoNativeArray rounded = (tensor.stored() ? numbers : DType.FLOAT32).array(offset + tensor.size());
            TornadoNativeArray array = (tensor.stored() ? type : DType.FLOAT32).array(offset + tensor.size());
            for (int i = 0; i < array.getSize(); i++) {
                DType.set(rounded, i, tensor.output() ? Float.NaN : (float) random.nextGaussian());
                DType.set(array, i, DType.get(rounded, i));
            }
            arrays.add(array);
            Slice slice = new Slice(array, offset, 0);
            if (tensor.output()) {
                outputs.add(slice);
            }
            return slice;
        }

        private Object argument(Object argument) {
            return switch (argument) {
                case Tensor tensor -> slice(tensor);
                case Full(boolean gradient, int m, int n) -> {
                    Epilogue e = Epilogue.NONE
                            .withBias(slice(floatIn(n)))
                            .withScale(slice(floatIn(n)))
                            .withFactors(slice(floatIn((m + 1) / 2)), 2);
                    yield gradient
                            ? e.withGeluGradient(GeluKernel.Form.EXACT, slice(in(m * n)))
                            : e.withGelu(GeluKernel.Form.TANH, slice(out(m * n)))
                                    .withResidual(slice(in(m * n)));
                }
                case null, default -> argument;
            };
        }

        List<double[]> of(Case c, TornadoDevice device, Shape shape) throws Exception {
            Stage stage = new Stage("storage", new GridScheduler(), shape);
            List<Object> arguments = new ArrayList<>(List.of(stage, "op"));
            Arrays.stream(c.arguments()).map(this::argument).forEach(arguments::add);
            stage.graph().transferToDevice(DataTransferMode.FIRST_EXECUTION, arrays.toArray());
            int dot = c.op().indexOf('.');
            try {
                method(c.op().substring(0, dot), c.op().substring(dot + 1)).invoke(null, arguments.toArray());
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
            stage.graph()
                    .transferToHost(
                            DataTransferMode.EVERY_EXECUTION,
                            outputs.stream().map(Slice::data).toArray());
            stage.select(0);
            try (TornadoExecutionPlan plan = stage.plan(device)) {
                plan.execute();
                assertEquals(device, plan.getDevice(0), "the device that executed");
            }
            return outputs.stream().map(Run::values).toList();
        }

        private static double[] values(Slice slice) {
            double[] values = new double[slice.data().getSize() - slice.offset()];
            for (int i = 0; i < values.length; i++) {
                values[i] = DType.get(slice.data(), slice.offset() + i);
            }
            return values;
        }
    }

    private static Method method(String type, String name) throws ClassNotFoundException {
        List<Method> methods = ops(Class.forName(Stage.class.getPackageName() + "." + type))
                .filter(m -> m.getName().equals(name))
                .toList();
        assertEquals(1, methods.size(), type + "." + name);
        return methods.getFirst();
    }

    private static Stream<Method> ops(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(m -> Modifier.isPublic(m.getModifiers()) && m.getParameterCount() > 0)
                .filter(m -> m.getParameterTypes()[0] == Stage.class);
    }

    static void kHalves(KernelContext context, HalfFloatArray y, HalfFloatArray x) {
        y.set(context.globalIdx, x.get(context.globalIdx));
    }

    static void kBFloats(KernelContext context, FloatArray y, BFloat16Array x) {
        y.set(context.globalIdx, BFloat16.bf16ToFloat(x.get(context.globalIdx)));
    }

    /** Whether the SDK runs the smallest kernel on such an array; then it must run every op. */
    private static boolean takes(TornadoDevice device, DType type) {
        TornadoNativeArray x = type.array(32);
        TaskGraph graph = new TaskGraph("probe").transferToDevice(DataTransferMode.FIRST_EXECUTION, x);
        WorkerGrid1D grid = new WorkerGrid1D(32);
        try {
            switch (x) {
                case HalfFloatArray halves ->
                    graph.task("t", StorageTest::kHalves, new KernelContext(), new HalfFloatArray(32), halves);
                default ->
                    graph.task("t", StorageTest::kBFloats, new KernelContext(), new FloatArray(32), (BFloat16Array) x);
            }
            try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                plan.withDevice(device)
                        .withGridScheduler(new GridScheduler("probe.t", grid))
                        .execute();
            }
            return true;
        } catch (Exception | Error e) {
            return false;
        }
    }

    @ParameterizedTest(name = "{3} in {2} in {1} on {0}")
    @MethodSource("cases")
    void isWhatItIsInFloatRounded(TornadoDevice device, Shape shape, DType type, Case c) throws Exception {
        List<double[]> expected = new Run(type, DType.FLOAT32).of(c, device, shape);
        Run run = new Run(type, type);
        List<double[]> actual;
        try {
            actual = run.of(c, device, shape);
        } catch (Exception | Error e) {
            if (!Recorder.sdk() || e instanceof AssertionError || takes(device, type)) {
                throw e;
            }
            // TornadoVM takes halves where the device computes in them, and bfloat16 with CUDA.
            record(type, device, Outcome.REFUSED, c + ": " + e.getMessage());
            return;
        }
        boolean rounded = false;
        for (int k = 0; k < expected.size(); k++) {
            boolean stored = !(run.outputs.get(k).data() instanceof FloatArray);
            double roundoff = stored ? c.roundings() * type.roundoff() : 0;
            String fault = fault(expected.get(k), actual.get(k), roundoff);
            assertNull(fault, c + ", result " + k + ": " + fault);
            rounded |= stored && !Arrays.equals(expected.get(k), actual.get(k));
        }
        boolean moves = c.op().startsWith("Patch");
        boolean sums = run.outputs.stream().allMatch(o -> o.data() instanceof FloatArray);
        assertTrue(rounded || moves || sums, "no result was rounded, so none is in 16 bits");
        record(type, device, Outcome.PASSED, "");
    }

    /** The first element that differs by more than {@code roundoff} of itself, and by more than float arithmetic, or null. */
    private static String fault(double[] expected, double[] actual, double roundoff) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            // Below the smallest normal half its spacing stays the same.
            double tolerance = 4e-6 * largest + roundoff * Math.max(Math.abs(expected[i]), 0x1p-14);
            if (!(Math.abs(expected[i] - actual[i]) <= tolerance)) {
                return "element " + i + " is " + actual[i] + " instead of " + expected[i] + " ± " + tolerance;
            }
        }
        return null;
    }

    /** A sum whose parts are rounded is no sum in float. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void roundingTwiceIsFound(DType type) {
        double[] sums = new double[64];
        double[] once = new double[64];
        double[] parts = new double[64];
        Random random = new Random(3);
        for (int i = 0; i < sums.length; i++) {
            float a = (float) random.nextGaussian();
            float b = (float) random.nextGaussian();
            sums[i] = a + b;
            once[i] = rounded(type, a + b);
            parts[i] = rounded(type, rounded(type, a) + b);
        }
        assertNull(fault(sums, once, type.roundoff()));
        assertNotNull(fault(sums, parts, type.roundoff()));
    }

    private static float rounded(DType type, float value) {
        TornadoNativeArray one = type.array(1);
        DType.set(one, 0, value);
        return DType.get(one, 0);
    }

    private static void record(DType type, TornadoDevice device, Outcome outcome, String note) {
        Recorder.write("tensors in " + type, "every op as in float, rounded", device, outcome, note, true, "");
    }

    @Test
    void noOpIsMissing() throws Exception {
        Set<String> there = new TreeSet<>();
        for (Class<?> type : KernelRulesTest.kernels()) {
            if (type.getSimpleName().matches("Half.*Kernel")) {
                String name = type.getSimpleName().replaceAll("^Half|Kernel$", "");
                ops(type).forEach(m -> there.add(name + "." + m.getName()));
            }
        }
        assertEquals(there, CASES.stream().map(Case::op).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void anOpHasOneType() {
        Stage stage = new Stage("storage", new GridScheduler(), Shape.LANES);
        Slice x = Slice.of(new HalfFloatArray(4));
        Slice y = Slice.of(new FloatArray(4));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Gelu.forward(stage, "op", GeluKernel.Form.EXACT, y, x, 4));
        assertEquals("a tensor in a HalfFloatArray where a FloatArray is needed", e.getMessage());
    }
}
