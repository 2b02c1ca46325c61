package org.tornadonn.examples;

import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;

/**
 * What a device can do beyond float. It is found by running a kernel on it and comparing what the kernel gives, never by asking the
 * driver. The kernels need a work-item's number, so that TornadoVM's sequential Java gives something else.
 */
enum Capability {
    DOUBLES(Capability::doubles),
    HALVES(Capability::halves),
    SHUFFLES(Capability::shuffles),
    TENSOR_CORES(Capability::tensorCores);

    private static final int ITEMS = 32;
    private static final String TASK = "task";

    /**
     * What a probe found.
     *
     * @param word yes, no, or - where the engine does not take the kernel, for whatever device
     * @param reason empty for yes
     */
    record Answer(String word, String reason) {}

    /** Adds the task to a graph and returns the check of its result. */
    private final Function<TaskGraph, BooleanSupplier> probe;

    Capability(Function<TaskGraph, BooleanSupplier> probe) {
        this.probe = probe;
    }

    /** Runs the probe. */
    Answer of(TornadoDevice device) {
        TaskGraph graph = new TaskGraph("probe");
        BooleanSupplier right;
        try {
            right = probe.apply(graph);
        } catch (Exception | Error e) {
            return new Answer("-", "not in this engine: " + message(e));
        }
        WorkerGrid1D grid = new WorkerGrid1D(ITEMS);
        grid.setLocalWork(ITEMS, 1, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device)
                    .withGridScheduler(new GridScheduler("probe." + TASK, grid))
                    .execute();
        } catch (Exception | Error e) {
            return new Answer("no", message(e));
        }
        return right.getAsBoolean()
                ? new Answer("yes", "")
                : new Answer("no", "the kernel runs and gives something else than it should");
    }

    private static String message(Throwable e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                // TornadoVM colours its messages, breaks their lines, and ends some with a stack trace.
                : e.getMessage()
                        .replaceAll("\u001b\\[[0-9;]*m", "")
                        .replaceAll("\\s+", " ")
                        .replaceFirst("Stacktrace:.*", "")
                        .strip();
    }

    static void kDoubles(KernelContext context, DoubleArray y, DoubleArray x) {
        int i = context.globalIdx;
        y.set(i, x.get(i) / 3.0 + 1.0);
    }

    private static BooleanSupplier doubles(TaskGraph graph) {
        DoubleArray x = new DoubleArray(ITEMS);
        DoubleArray y = new DoubleArray(ITEMS);
        IntStream.range(0, ITEMS).forEach(i -> x.set(i, i));
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
                .task(TASK, Capability::kDoubles, new KernelContext(), y, x)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        // In float it would be wrong by 1e-7.
        return () -> IntStream.range(0, ITEMS).allMatch(i -> Math.abs(y.get(i) - (i / 3.0 + 1.0)) < 1e-14);
    }

    static void kHalves(KernelContext context, HalfFloatArray y, HalfFloatArray x) {
        int i = context.globalIdx;
        y.set(i, HalfFloat.mult(x.get(i), x.get(i)));
    }

    private static BooleanSupplier halves(TaskGraph graph) {
        HalfFloatArray x = new HalfFloatArray(ITEMS);
        HalfFloatArray y = new HalfFloatArray(ITEMS);
        IntStream.range(0, ITEMS).forEach(i -> x.set(i, new HalfFloat(1f + i / 1024f)));
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
                .task(TASK, Capability::kHalves, new KernelContext(), y, x)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        return () -> IntStream.range(0, ITEMS).allMatch(i -> {
            float product = x.get(i).getFloat32() * x.get(i).getFloat32();
            return y.get(i).getFloat32() == Float.float16ToFloat(Float.floatToFloat16(product));
        });
    }

    static void kShuffles(KernelContext context, FloatArray y, FloatArray x) {
        int i = context.globalIdx;
        y.set(i, context.simdSum(x.get(i)));
    }

    private static BooleanSupplier shuffles(TaskGraph graph) {
        FloatArray x = new FloatArray(ITEMS);
        FloatArray y = new FloatArray(ITEMS);
        IntStream.range(0, ITEMS).forEach(i -> x.set(i, i + 1));
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
                .task(TASK, Capability::kShuffles, new KernelContext(), y, x)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        // The first item has the sum of its sub-group, of 2, 4, ... items; 1, its own number, is no sum.
        return () -> IntStream.of(2, 4, 8, 16, ITEMS).anyMatch(size -> y.get(0) == size * (size + 1) / 2);
    }

    /** A tile of ones times a tile of twos: each element is 16 times 1 times 2, whatever the layout of the tiles. */
    static void kTensorCores(KernelContext context, FloatArray y) {
        int lane = context.localIdx;
        int[] a = context.allocateIntLocalArray(128);
        int[] b = context.allocateIntLocalArray(128);
        for (int i = lane; i < 128; i += 32) {
            a[i] = 0x3C003C00;
            b[i] = 0x40004000;
        }
        context.localBarrier();
        float[] sum = context.mmaFragment(0f);
        HalfFloat[] left = context.mmaLoadA(a, 16);
        HalfFloat[] right = context.mmaLoadB(b, 16);
        sum = context.mma(left, right, sum, MMAShape.M16N8K16);
        context.mmaStore(sum, y, 0, 0, 8);
    }

    private static BooleanSupplier tensorCores(TaskGraph graph) {
        FloatArray y = new FloatArray(16 * 8);
        graph.task(TASK, Capability::kTensorCores, new KernelContext(), y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        return () -> IntStream.range(0, y.getSize()).allMatch(i -> y.get(i) == 32f);
    }
}
