package org.tornadonn.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.Operands;
import org.tornadonn.benchmarks.result.Peaks;
import org.tornadonn.benchmarks.result.Samples;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Measures a device: copy bandwidth over working sets, float32 multiply-add rate, transfer rates. */
public final class PeakRates {
    private static final int BLOCK_VECTORS = 512;
    private static final int CHAINS = 128;

    private final TornadoDevice device;
    private final Op.Effort effort;
    private final Pace pace;

    private PeakRates(TornadoDevice device, Op.Effort effort) {
        this.device = device;
        this.effort = effort;
        this.pace = Pace.of(effort);
    }

    /** @param progress is told what is measured now */
    public static Peaks measure(TornadoDevice device, Op.Effort effort, Consumer<String> progress) {
        return new PeakRates(device, effort).all(progress);
    }

    private Peaks all(Consumer<String> progress) {
        List<Integer> megabytes = new ArrayList<>(
                switch (effort) {
                    case TINY -> List.of(0);
                    case QUICK -> List.of(2, 16, 64);
                    case FULL -> List.of(1, 4, 16, 64, 256);
                });
        if (effort.large(device)) {
            megabytes.addAll(List.of(512, 2048));
        }
        List<Peaks.Copy> copies = new ArrayList<>();
        for (int mb : megabytes) {
            progress.accept("copy bandwidth, " + mb + " MB");
            int n = Math.max(4 * PeakKernels.GROUP, mb * (1024 * 1024 / 8));
            copies.add(new Peaks.Copy(8L * n, copy(n)));
        }
        progress.accept("float32 multiply-add");
        double operations = multiplyAdd();
        progress.accept("transfers");
        double[] transfers = transfers();
        return new Peaks(List.copyOf(copies), operations, transfers[0], transfers[1]);
    }

    private record Loaded(TornadoExecutionPlan plan, TornadoExecutionResult first) implements AutoCloseable {
        @Override
        public void close() {
            try {
                plan.close();
            } catch (TornadoExecutionPlanException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Loaded load(TaskGraph graph) {
        return load(graph, new GridScheduler());
    }

    private Loaded load(TaskGraph graph, GridScheduler grids) {
        TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
        plan.withDevice(device);
        // TornadoVM refuses a scheduler without entries.
        if (!grids.keySet().isEmpty()) {
            plan.withGridScheduler(grids);
        }
        return new Loaded(plan, plan.execute());
    }

    /** The median time; of the kernel where the engine says. */
    private double nanos(Loaded loaded) {
        Sampling s = Sampling.of(pace, repeats -> Timing.of(loaded.plan(), repeats));
        return new Samples(s.kernel().isEmpty() ? s.wall() : s.kernel()).median();
    }

    /** Bytes read and written per second by the fastest of the three copies. */
    private double copy(int n) {
        int vectors = n / 16;
        Operands o = new Operands();
        Slice x = o.normal(n);
        FloatArray y = new FloatArray(n);
        int blocks = (vectors + BLOCK_VECTORS - 1) / BLOCK_VECTORS;
        TaskGraph plain = new TaskGraph("copy").transferToDevice(DataTransferMode.FIRST_EXECUTION, x.array());
        plain.task("copy", PeakKernels::kCopy, y, x.array(), n).transferToHost(DataTransferMode.UNDER_DEMAND, y);
        TaskGraph blocked = new TaskGraph("blocks").transferToDevice(DataTransferMode.FIRST_EXECUTION, x.array());
        blocked.task("copy", PeakKernels::kCopyBlocks, y, x.array(), blocks, vectors, BLOCK_VECTORS)
                .transferToHost(DataTransferMode.UNDER_DEMAND, y);
        TaskGraph grouped = new TaskGraph("groups").transferToDevice(DataTransferMode.FIRST_EXECUTION, x.array());
        grouped.task("copy", PeakKernels::kCopyGroups, new KernelContext(), y, x.array())
                .transferToHost(DataTransferMode.UNDER_DEMAND, y);
        WorkerGrid1D items = new WorkerGrid1D(n / 4);
        items.setLocalWork(PeakKernels.GROUP, 1, 1);
        GridScheduler grids = new GridScheduler("groups.copy", items);
        double best = Double.MAX_VALUE;
        for (TaskGraph graph : List.of(plain, blocked, grouped)) {
            y.init(Float.NaN);
            try (Loaded loaded = graph == grouped ? load(graph, grids) : load(graph)) {
                loaded.first().transferToHost(y);
                for (int i = 0; i < n; i++) {
                    if (y.get(i) != x.array().get(i)) {
                        throw new OpRun.WrongException("the copy kernel does not copy element " + i);
                    }
                }
                best = Math.min(best, nanos(loaded));
            }
        }
        return 8.0 * n / best * 1e9;
    }

    /** Operations per second, with as many work-items as it takes: one more quadrupling brings nothing. */
    private double multiplyAdd() {
        double best = 0;
        int steps = effort == Op.Effort.TINY ? 3 : 1024;
        int most = effort == Op.Effort.TINY ? 4 : 1 << 20;
        for (int items = effort == Op.Effort.TINY ? 4 : 1 << 10; items <= most; items *= 4) {
            double rate = multiplyAdd(items, steps);
            if (rate < best * 1.1) {
                return Math.max(best, rate);
            }
            best = rate;
        }
        return best;
    }

    private double multiplyAdd(int items, int steps) {
        Operands o = new Operands();
        Slice x = o.normal(CHAINS);
        FloatArray factors = FloatArray.fromElements(0.999f, 0.001f);
        FloatArray y = new FloatArray(items);
        y.init(Float.NaN);
        TaskGraph graph = new TaskGraph("peak").transferToDevice(DataTransferMode.FIRST_EXECUTION, x.array(), factors);
        graph.task("peak", PeakKernels::kMultiplyAdd, y, x.array(), factors, items, steps)
                .transferToHost(DataTransferMode.UNDER_DEMAND, y);
        try (Loaded loaded = load(graph)) {
            loaded.first().transferToHost(y);
            double expected = 0;
            for (int i = 0; i < CHAINS; i++) {
                double v = x.array().get(i);
                for (int step = 0; step < steps; step++) {
                    v = v * factors.get(0) + factors.get(1);
                }
                expected += v;
            }
            if (!(Math.abs(y.get(items - 1) - expected) <= 1e-3 * Math.max(1, Math.abs(expected)))) {
                throw new OpRun.WrongException("the multiply-add kernel has " + y.get(items - 1) + ", not " + expected);
            }
            return 2.0 * CHAINS * steps * items / nanos(loaded) * 1e9;
        }
    }

    /** Bytes per second to the device and back. */
    private double[] transfers() {
        int n = effort == Op.Effort.TINY ? 64 : 4 << 20;
        FloatArray x = new FloatArray(n);
        x.init(1f);
        FloatArray y = new FloatArray(n);
        TaskGraph graph = new TaskGraph("transfer").transferToDevice(DataTransferMode.EVERY_EXECUTION, x);
        graph.task("one", PeakKernels::kCopy, y, x, 1).transferToHost(DataTransferMode.UNDER_DEMAND, y);
        try (Loaded loaded = load(graph)) {
            Sampling down = Sampling.of(
                    pace, repeats -> Timing.wall(repeats, () -> loaded.first().transferToHost(y)));
            Sampling up = Sampling.of(pace, repeats -> Timing.of(loaded.plan(), repeats));
            double kernel = up.kernel().isEmpty() ? 0 : new Samples(up.kernel()).median();
            double upNanos = Math.max(1, new Samples(up.wall()).median() - kernel);
            return new double[] {4.0 * n / upNanos * 1e9, 4.0 * n / new Samples(down.wall()).median() * 1e9};
        }
    }
}
