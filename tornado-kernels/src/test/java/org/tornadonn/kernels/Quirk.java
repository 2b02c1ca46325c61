package org.tornadonn.kernels;

import static org.tornadonn.suite.Outcome.PASSED;
import static org.tornadonn.suite.Outcome.REFUSED;
import static org.tornadonn.suite.Outcome.WRONG;

import org.tornadonn.suite.Outcome;
import org.tornadonn.suite.Recorder;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task3;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Small programs that are right as Java, and what each engine is known to make of them: TornadoVM 5.2.1 with OpenCL as of
 * 2026-11-25, and the embedded engine, which must be right or refuse.
 */
enum Quirk {
    UNSIGNED_SHIFT(">>> of a negative int", "", WRONG, PASSED, likeJava(QuirkKernels::kUnsignedShift)),
    INT_OVERFLOW("an int product that overflows", "", WRONG, PASSED, likeJava(QuirkKernels::kIntOverflow)),
    LOOP_IN_EACH_BRANCH(
            "loops with a value in both branches", "#930", WRONG, PASSED, likeJava(QuirkKernels::kLoopInEachBranch)),
    PRIVATE_ZERO("new float[9] begins as zeros", "#1092", WRONG, PASSED, likeJava(QuirkKernels::kPrivateZero)),
    FMA("Math.fma", "", REFUSED, REFUSED, likeJava(QuirkKernels::kFma)),
    FLOOR("Math.floor", "", REFUSED, PASSED, likeJava(QuirkKernels::kFloor)),
    ROUND("Math.round", "", REFUSED, REFUSED, likeJava(QuirkKernels::kRound)),
    INT_ABS("Math.abs of an int", "", REFUSED, PASSED, likeJava(QuirkKernels::kIntAbs)),
    BITS("Float.floatToRawIntBits", "", REFUSED, REFUSED, likeJava(QuirkKernels::kBits)),
    SATURATION("int of a float out of range", "", WRONG, PASSED, likeJava(QuirkKernels::kSaturation)),
    CONSTANT_TABLE("static final float[]", "", REFUSED, REFUSED, likeJava(QuirkKernels::kConstantTable)),
    BUILTIN_NAME("method named as an OpenCL function", "", WRONG, PASSED, likeJava(QuirkKernels::tanh)),
    BOOLEAN("boolean parameter", "", REFUSED, REFUSED, Quirk::flag),
    NOT_UPLOADED("elements that a task does not write keep their values", "", WRONG, PASSED, Quirk::halfWritten),
    TWO_COPIES("one array, FIRST_EXECUTION in two graphs", "", WRONG, PASSED, Quirk::firstInTwoGraphs),
    UNDECLARED("transferToHost of an array that is not declared", "", WRONG, REFUSED, Quirk::undeclared),
    GIVEN_AGAIN("array given again behind the written parameter", "", WRONG, REFUSED, Quirk::givenAgain),
    GRID_FOR_BOUND("grid for a @Parallel loop with a scalar bound", "", WRONG, PASSED, Quirk::gridForBound),
    NO_GRID("KernelContext without a grid", "", WRONG, REFUSED, d -> workItems(d, null)),
    UNEVEN_GROUPS("group size that does not divide the grid", "", WRONG, REFUSED, d -> workItems(d, group(100, 32))),
    LOCAL_TO_METHOD("local array passed to a method", "", WRONG, PASSED, Quirk::localToMethod),
    LOCAL_ATOMIC("atomicAdd on a local array", "#1019", WRONG, PASSED, Quirk::localAtomic);

    private static final int SIZE = 64;

    /** Whether the result on the device is right. */
    interface Program {
        boolean right(TornadoDevice device) throws Exception;
    }

    final String construct;
    final String thread;
    private final Outcome sdk;
    private final Outcome embedded;
    final Program program;

    /** @param thread TornadoVM's public thread about it, empty where none is known */
    Quirk(String construct, String thread, Outcome sdk, Outcome embedded, Program program) {
        this.construct = construct;
        this.thread = thread;
        this.sdk = sdk;
        this.embedded = embedded;
        this.program = program;
    }

    Outcome expected() {
        return Recorder.sdk() ? sdk : embedded;
    }

    /** Whether a fault of the SDK takes the JVM with it: a crash, no end, or overwritten Java objects. */
    boolean isolated() {
        return this == BUILTIN_NAME || this == UNDECLARED || this == GIVEN_AGAIN;
    }

    private static Program likeJava(Task3<FloatArray, FloatArray, IntArray> kernel) {
        return device -> {
            FloatArray x = new FloatArray(SIZE);
            IntArray k = new IntArray(SIZE);
            for (int i = 0; i < SIZE; i++) {
                x.set(i, 0.37f * i - 9f);
                k.set(i, 7 * i % 9);
            }
            FloatArray expected = new FloatArray(SIZE);
            kernel.apply(expected, x, k);
            FloatArray y = new FloatArray(SIZE);
            run(
                    device,
                    new TaskGraph("g")
                            .transferToDevice(DataTransferMode.EVERY_EXECUTION, x, k)
                            .task("t", kernel, y, x, k),
                    null,
                    y);
            boolean right = true;
            for (int i = 0; i < SIZE; i++) {
                right &= Math.abs(expected.get(i) - y.get(i)) <= 1e-4f * Math.max(1f, Math.abs(expected.get(i)));
            }
            return right;
        };
    }

    private static void run(TornadoDevice device, TaskGraph graph, WorkerGrid grid, FloatArray y) throws Exception {
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device);
            if (grid != null) {
                plan.withGridScheduler(new GridScheduler("g.t", grid));
            }
            plan.execute();
        }
    }

    private static WorkerGrid group(int size, int group) {
        WorkerGrid grid = new WorkerGrid1D(size);
        grid.setLocalWork(group, 1, 1);
        return grid;
    }

    private static boolean flag(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        run(device, new TaskGraph("g").task("t", QuirkKernels::kFlag, y, true), null, y);
        return y.get(SIZE - 1) == 1f;
    }

    private static boolean halfWritten(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        y.init(5f);
        run(device, new TaskGraph("g").task("t", QuirkKernels::kFirstHalf, y), null, y);
        return y.get(0) == 1f && y.get(SIZE - 1) == 5f;
    }

    private static boolean firstInTwoGraphs(TornadoDevice device) throws Exception {
        FloatArray w = new FloatArray(SIZE);
        TaskGraph one = new TaskGraph("one")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, w)
                .task("t", QuirkKernels::kAdd, w, 1f);
        TaskGraph two = new TaskGraph("two")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, w)
                .task("t", QuirkKernels::kAdd, w, 10f)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, w);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(one.snapshot(), two.snapshot())) {
            plan.withDevice(device);
            plan.withGraph(0).execute();
            plan.withGraph(1).execute();
        }
        return w.get(0) == 11f;
    }

    private static boolean undeclared(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        FloatArray x = new FloatArray(SIZE);
        FloatArray z = new FloatArray(SIZE);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, x, z)
                .task("t", QuirkKernels::kSum, y, x, z);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            TornadoExecutionResult result = plan.withDevice(device).execute();
            x.set(0, 77f);
            result.transferToHost(y);
        }
        return x.get(0) == 77f;
    }

    private static boolean givenAgain(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        y.init(1f);
        FloatArray x = new FloatArray(SIZE);
        x.init(2f);
        run(
                device,
                new TaskGraph("g")
                        .transferToDevice(DataTransferMode.FIRST_EXECUTION, x, y)
                        .task("t", QuirkKernels::kSum, y, x, y),
                null,
                y);
        return y.get(0) == 3f;
    }

    private static boolean gridForBound(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        run(device, new TaskGraph("g").task("t", QuirkKernels::kFill, y, SIZE), group(16, 16), y);
        return y.get(SIZE - 1) == 1f;
    }

    private static boolean workItems(TornadoDevice device, WorkerGrid grid) throws Exception {
        FloatArray y = new FloatArray(100);
        run(device, new TaskGraph("g").task("t", QuirkKernels::kWorkItem, new KernelContext(), y), grid, y);
        return y.get(0) == 42f && y.get(99) == 42f + 99f;
    }

    private static boolean localToMethod(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        run(
                device,
                new TaskGraph("g").task("t", QuirkKernels::kLocalToMethod, new KernelContext(), y),
                group(SIZE, 32),
                y);
        return y.get(0) == 31 * 16f && y.get(SIZE - 1) == 31 * 16f;
    }

    private static boolean localAtomic(TornadoDevice device) throws Exception {
        FloatArray y = new FloatArray(SIZE);
        run(
                device,
                new TaskGraph("g").task("t", QuirkKernels::kLocalAtomic, new KernelContext(), y),
                group(SIZE, 32),
                y);
        return y.get(0) == 2f && y.get(15) == 2f && y.get(16) == 0f;
    }
}
