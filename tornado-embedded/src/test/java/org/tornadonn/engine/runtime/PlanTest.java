package org.tornadonn.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.engine.compile.KernelCompiler;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Task graphs and plans: transfers, sharing between graphs, grids, figures, errors. */
@Tag("embedded")
class PlanTest {
    static java.util.stream.Stream<TornadoDevice> devices() {
        Devices runtime = Devices.runtime();
        java.util.List<TornadoDevice> devices = new java.util.ArrayList<>();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            devices.addAll(runtime.getBackend(b).getAllDevices());
        }
        assertTrue(!devices.isEmpty(), "no device");
        return devices.stream();
    }

    static void kAdd(FloatArray y, FloatArray x, float a) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, y.get(i) + a * x.get(i));
        }
    }

    static void kGroupSums(KernelContext context, FloatArray sums, FloatArray x, int n) {
        float[] shared = context.allocateFloatLocalArray(32);
        int i = context.globalIdx;
        shared[context.localIdx] = i < n ? x.get(i) : 0f;
        context.localBarrier();
        for (int s = context.localGroupSizeX / 2; s > 0; s /= 2) {
            if (context.localIdx < s) {
                shared[context.localIdx] += shared[context.localIdx + s];
            }
            context.localBarrier();
        }
        if (context.localIdx == 0) {
            sums.set(context.groupIdx, shared[0]);
        }
    }

    static void kHistogram(KernelContext context, IntArray counts, IntArray x) {
        context.atomicAdd(counts, x.get(context.globalIdx), 1);
    }

    static void kFirst(FloatArray y) {
        for (@Parallel int i = 0; i < 2; i++) {
            y.set(i, 1f);
        }
    }

    static void kTable(FloatArray y, int rows, int columns) {
        for (@Parallel int i = 0; i < rows; i++) {
            for (@Parallel int j = 0; j < columns; j++) {
                y.set(i * columns + j, y.get(i * columns + j) + 3f * i + j);
            }
        }
    }

    /** Whichever of the loops is the grid's second dimension: CUDA's has 65535 groups at most. */
    @ParameterizedTest
    @MethodSource("devices")
    void loopsAreLongerThanAGrid(TornadoDevice device) throws TornadoExecutionPlanException {
        FloatArray tall = new FloatArray(140_000);
        FloatArray wide = new FloatArray(140_000);
        TaskGraph graph = new TaskGraph("g")
                .task("tall", PlanTest::kTable, tall, 70_000, 2)
                .task("wide", PlanTest::kTable, wide, 2, 70_000)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, tall, wide);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).execute();
        }
        for (int i = 0; i < 140_000; i++) {
            assertEquals(3f * (i / 2) + i % 2, tall.get(i));
            assertEquals(3f * (i / 70_000) + i % 70_000, wide.get(i));
        }
    }

    /** What only the device needs does not stand in the host's memory too. */
    @Test
    void untouchedArraysTakeNoRoomOnTheHost() throws Exception {
        Path status = Path.of("/proc/self/statm");
        assumeTrue(Files.exists(status), "resident memory is read from /proc, and this system has none");
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        long pages = Long.parseLong(Files.readString(status).split(" ")[1]);
        FloatArray y = new FloatArray(1 << 26);
        FloatArray two = FloatArray.fromElements(2f, 3f);
        TaskGraph graph = new TaskGraph("untouched")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, y, two)
                .task("add", PlanTest::kAddFew, y, two)
                .transferToHost(DataTransferMode.UNDER_DEMAND, two)
                .persistOnDevice(y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            TornadoExecutionResult result = plan.withDevice(device).execute();
            long more = 4096 * (Long.parseLong(Files.readString(status).split(" ")[1]) - pages);
            assertTrue(
                    more < 1.6 * y.getNumBytesOfSegment(), more + " bytes for an array of " + y.getNumBytesOfSegment());
            result.transferToHost(two);
            assertEquals(2f, two.get(0), "untouched memory is zero on the device");
        }
    }

    static void kAddFew(FloatArray y, FloatArray x) {
        for (@Parallel int i = 0; i < 2; i++) {
            x.set(i, x.get(i) + y.get(y.getSize() - 2 + i));
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void transferModes(TornadoDevice device) throws TornadoExecutionPlanException {
        FloatArray y = new FloatArray(100);
        FloatArray once = new FloatArray(100);
        FloatArray each = new FloatArray(100);
        once.init(1f);
        each.init(10f);
        TaskGraph graph = new TaskGraph("g")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, once)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, each)
                .task("a", PlanTest::kAdd, y, once, 1f)
                .task("b", PlanTest::kAdd, y, each, 1f)
                .transferToHost(DataTransferMode.UNDER_DEMAND, y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).execute();
            once.init(1000f);
            each.init(20f);
            TornadoExecutionResult result = plan.execute();
            assertEquals(0f, y.get(99), "not downloaded before it is asked for");
            assertEquals(400, result.getProfilerResult().getTotalBytesCopyIn());
            result.transferToHost(y);
            assertEquals(32f, y.get(99));
            TornadoRuntimeException undeclared =
                    assertThrows(TornadoRuntimeException.class, () -> result.transferToHost(each));
            assertTrue(undeclared.getMessage().contains("UNDER_DEMAND"), undeclared.getMessage());
            assertEquals(1200, plan.getCurrentDeviceMemoryUsage());
            plan.freeDeviceMemory();
            assertEquals(0, plan.getCurrentDeviceMemoryUsage());
            plan.execute().transferToHost(y);
            assertEquals(32f + 1000f + 20f, y.get(99), "uploaded again after freeing");
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void graphsShareArrays(TornadoDevice device) throws TornadoExecutionPlanException {
        FloatArray w = new FloatArray(10);
        FloatArray one = new FloatArray(10);
        one.init(1f);
        TaskGraph g0 = new TaskGraph("g0")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, w, one)
                .task("t", PlanTest::kAdd, w, one, 1f)
                .persistOnDevice(w);
        TaskGraph g1 = new TaskGraph("g1")
                .consumeFromDevice("g0", w)
                .task("t", PlanTest::kAdd, w, one, 10f)
                .persistOnDevice(w);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(g0.snapshot(), g1.snapshot())) {
            plan.withDevice(device);
            TornadoRuntimeException early = assertThrows(
                    TornadoRuntimeException.class, () -> plan.withGraph(1).execute());
            assertTrue(early.getMessage().contains("not been executed"), early.getMessage());
            for (int i = 0; i < 3; i++) {
                plan.withGraph(0).execute();
                plan.withGraph(1).execute().transferToHost(w);
                assertEquals(11f * (i + 1), w.get(9));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void localMemoryAndBarriers(TornadoDevice device) throws TornadoExecutionPlanException {
        int n = 1000;
        FloatArray x = new FloatArray(n);
        for (int i = 0; i < n; i++) {
            x.set(i, i);
        }
        FloatArray sums = new FloatArray(32);
        TaskGraph graph = new TaskGraph("g")
                .task("sum", PlanTest::kGroupSums, new KernelContext(), sums, x, n)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, sums);
        WorkerGrid grid = new WorkerGrid1D(1024);
        grid.setLocalWork(32, 1, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device)
                    .withGridScheduler(new GridScheduler("g.sum", grid))
                    .withProfiler(ProfilerMode.SILENT);
            assertTrue(plan.execute().getProfilerResult().getDeviceKernelTime() > 0);
        }
        float total = 0;
        for (int g = 0; g < 32; g++) {
            total += sums.get(g);
        }
        assertEquals(n * (n - 1) / 2f, total);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void atomicAdd(TornadoDevice device) throws TornadoExecutionPlanException {
        IntArray x = new IntArray(640);
        for (int i = 0; i < 640; i++) {
            x.set(i, i % 5);
        }
        IntArray counts = new IntArray(5);
        TaskGraph graph = new TaskGraph("g")
                .task("count", PlanTest::kHistogram, new KernelContext(), counts, x)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, counts);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device)
                    .withGridScheduler(new GridScheduler("g.count", new WorkerGrid1D(640)))
                    .execute();
        }
        assertEquals(128, counts.get(4));
    }

    @ParameterizedTest
    @MethodSource("devices")
    void whatAKernelDoesNotWriteKeepsItsValue(TornadoDevice device) throws TornadoExecutionPlanException {
        FloatArray y = new FloatArray(3);
        y.init(5f);
        TaskGraph graph =
                new TaskGraph("g").task("t", PlanTest::kFirst, y).transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).execute();
        }
        assertEquals(1f, y.get(1));
        assertEquals(5f, y.get(2));
    }

    @Test
    void oneCompilationForAllSizesAndPlans() throws TornadoExecutionPlanException {
        int before = 0;
        for (int size = 10; size < 14; size++) {
            FloatArray y = new FloatArray(size);
            FloatArray x = new FloatArray(size);
            TaskGraph graph = new TaskGraph("g").task("a", PlanTest::kAdd, y, x, size * 1f);
            try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                plan.execute();
            }
            if (size == 10) {
                before = KernelCompiler.compilations();
            }
        }
        assertEquals(before, KernelCompiler.compilations());
    }

    static void kChoose(FloatArray y, int flags) {
        for (@Parallel int i = 0; i < 2; i++) {
            float v = 1f;
            if ((flags & 1) != 0) {
                v += 2f;
            }
            if ((flags & 6) == 4) {
                v += 4f;
            }
            y.set(i, v);
        }
    }

    /** Flags that only choose become constants, so that what they leave out is not in the code. */
    @Test
    void oneCompilationForEachChoiceOfFlags() throws TornadoExecutionPlanException {
        int before = KernelCompiler.compilations();
        for (int flags = 0; flags < 8; flags++) {
            FloatArray y = new FloatArray(2);
            TaskGraph graph = new TaskGraph("g")
                    .task("choose", PlanTest::kChoose, y, flags)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
            try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                plan.execute();
            }
            assertEquals(1f + flags % 2 * 2 + (flags / 2 == 2 ? 4 : 0), y.get(1), "flags " + flags);
        }
        assertEquals(before + 8, KernelCompiler.compilations());
    }

    @ParameterizedTest
    @MethodSource("devices")
    void aParallelLoopTakesAnyGrid(TornadoDevice device) throws TornadoExecutionPlanException {
        for (int work : new int[] {32, 64, 128}) {
            FloatArray x = new FloatArray(70);
            FloatArray y = new FloatArray(70);
            x.init(2f);
            y.init(5f);
            y.clear();
            TaskGraph graph = new TaskGraph("g")
                    .transferToDevice(DataTransferMode.FIRST_EXECUTION, x, y)
                    .task("a", PlanTest::kAdd, y, x, 3f)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
            WorkerGrid grid = new WorkerGrid1D(work);
            grid.setLocalWork(32, 1, 1);
            try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
                plan.withDevice(device)
                        .withGridScheduler(new GridScheduler("g.a", grid))
                        .execute();
            }
            for (int i = 0; i < y.getSize(); i++) {
                assertEquals(6f, y.get(i));
            }
        }
    }

    @Test
    void mistakesAreExplained() throws TornadoExecutionPlanException {
        FloatArray x = new FloatArray(64);
        TaskGraph twice = new TaskGraph("g").task("a", PlanTest::kFirst, x);
        assertThrows(TornadoTaskRuntimeException.class, () -> twice.task("a", PlanTest::kFirst, x));
        assertThrows(TornadoTaskRuntimeException.class, () -> new TaskGraph("g").task("a", PlanTest::kFirst, null));
        TornadoTaskRuntimeException order = assertThrows(
                TornadoTaskRuntimeException.class,
                () -> new TaskGraph("g").task("sum", PlanTest::kGroupSums, new KernelContext(), x, x, 64));
        assertTrue(order.getMessage().contains("waits for ever"), order.getMessage());
        TaskGraph context =
                new TaskGraph("g").task("sum", PlanTest::kGroupSums, new KernelContext(), new FloatArray(64), x, 64);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(context.snapshot())) {
            assertSays("has no grid", plan::execute);
            WorkerGrid grid = new WorkerGrid1D(65);
            grid.setLocalWork(32, 1, 1);
            plan.withGridScheduler(new GridScheduler("g.sum", grid));
            assertSays("does not divide", plan::execute);
            assertSays("no task of this plan", () -> plan.withGridScheduler(new GridScheduler("g.other", grid)));
            assertSays("there is no graph 3", () -> plan.withGraph(3));
        }
        TaskGraph stranger = new TaskGraph("g").consumeFromDevice("nobody", x).task("a", PlanTest::kFirst, x);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(stranger.snapshot())) {
            assertSays("not in this plan", plan::execute);
        }
    }

    @Test
    void outOfMemoryNamesBothSizes() {
        long available = Devices.runtime().getDefaultDevice().getMaxGlobalMemory();
        TornadoOutOfMemoryException e = assertThrows(
                TornadoOutOfMemoryException.class,
                () -> Devices.runtime().defaultDevice().device().allocate(available + 1));
        assertTrue(e.getMessage().contains(String.format("%,d", available + 1)), e.getMessage());
    }

    private static void assertSays(String part, org.junit.jupiter.api.function.Executable call) {
        TornadoRuntimeException e = assertThrows(TornadoRuntimeException.class, call);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
