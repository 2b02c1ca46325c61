package org.tornadonn.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadonn.engine.interpret.Counts;
import org.tornadonn.engine.interpret.InterpreterDevice;
import org.tornadonn.engine.interpret.KernelFaultException;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Faults planted in kernels, each of which the interpreter must name. */
@Tag("embedded")
class InterpreterTest {
    static void kOutside(KernelContext c, FloatArray y) {
        y.set(c.globalIdx + 1, 1f);
    }

    static void kUnwritten(KernelContext c, FloatArray y) {
        float[] shared = c.allocateFloatLocalArray(8);
        y.set(c.globalIdx, shared[c.localIdx]);
    }

    static void kRace(KernelContext c, FloatArray y) {
        y.set(0, c.globalIdx);
    }

    static void kLocalRace(KernelContext c, FloatArray y) {
        float[] shared = c.allocateFloatLocalArray(8);
        shared[c.localIdx] = 1f;
        y.set(c.globalIdx, shared[(c.localIdx + 1) % 8]);
    }

    static void kDivergent(KernelContext c, FloatArray y) {
        if (c.localIdx < 4) {
            c.localBarrier();
        }
        y.set(c.globalIdx, 1f);
    }

    static void kRight(KernelContext c, FloatArray y) {
        float[] shared = c.allocateFloatLocalArray(8);
        shared[c.localIdx] = c.globalIdx;
        c.localBarrier();
        y.set(c.globalIdx, shared[7 - c.localIdx]);
    }

    /** Reads its own element, one that all read, and what it has written. */
    static void kCounted(KernelContext c, FloatArray y, FloatArray x) {
        int i = c.globalIdx;
        float product = 3f * x.get(i);
        y.set(i, product + x.get(0));
        y.set(i, -y.get(i));
    }

    private static TornadoDevice device() {
        TornadoBackend last = Devices.runtime().getBackend(Devices.runtime().getNumBackends() - 1);
        assertEquals(TornadoVMBackendType.VIRTUAL, last.getBackendType());
        return last.getDevice(0);
    }

    private static void run(Task2<KernelContext, FloatArray> kernel, FloatArray y)
            throws TornadoExecutionPlanException {
        TaskGraph graph = new TaskGraph("g")
                .task("t", kernel, new KernelContext(), y)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        WorkerGrid grid = new WorkerGrid1D(16);
        grid.setLocalWork(8, 1, 1);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device())
                    .withGridScheduler(new GridScheduler("g.t", grid))
                    .execute();
        }
    }

    private static void finds(String part, Task2<KernelContext, FloatArray> kernel) {
        KernelFaultException e = assertThrows(KernelFaultException.class, () -> run(kernel, new FloatArray(16)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void findsFaults() {
        finds("index 16 is outside y", InterpreterTest::kOutside);
        finds("read before it is written", InterpreterTest::kUnwritten);
        finds("y[0] is written while work-item 0 uses it", InterpreterTest::kRace);
        finds("is read", InterpreterTest::kLocalRace);
        finds("same barrier", InterpreterTest::kDivergent);
    }

    @Test
    void counts() throws TornadoExecutionPlanException {
        FloatArray x = new FloatArray(20);
        FloatArray y = new FloatArray(16);
        TaskGraph graph = new TaskGraph("g").task("t", InterpreterTest::kCounted, new KernelContext(), y, x);
        WorkerGrid grid = new WorkerGrid1D(16);
        InterpreterDevice interpreter = Devices.runtime().interpreter();
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device()).withGridScheduler(new GridScheduler("g.t", grid));
            plan.execute();
            Counts counts = interpreter.count(() -> {
                plan.execute();
                plan.execute();
            });
            assertEquals(2 * 16 * 3, counts.operations(), "a product, a sum and a negation");
            assertEquals(2 * 16 * (2 + 3) * 4, counts.bytes(), "two loads of x; a load and two stores of y");
            assertEquals(16 * 4, counts.of(x.getSegment()).distinctBytes());
            assertEquals(16 * 4, counts.of(y.getSegment()).distinctBytes(), "what is read was written here");
            assertEquals(0, interpreter.count(() -> {}).operations());
            assertThrows(IllegalArgumentException.class, () -> counts.of(new FloatArray(1).getSegment()));
        }
    }

    @Test
    void runsWhatIsRight() throws TornadoExecutionPlanException {
        FloatArray y = new FloatArray(16);
        run(InterpreterTest::kRight, y);
        assertEquals(7f, y.get(0));
        assertEquals(8f, y.get(15));
    }
}
