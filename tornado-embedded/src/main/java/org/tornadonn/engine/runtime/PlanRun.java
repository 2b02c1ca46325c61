package org.tornadonn.engine.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.compile.KernelCompiler;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.pass.HostEvaluator;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The graphs of a plan on a device. An array has one buffer in the whole plan, whichever graphs use it, so what one graph writes
 * the next one reads.
 */
public final class PlanRun {
    /** Above this many iterations, groups of {@link #GROUP} keep the cost per group small. */
    private static final long SMALL_GRID = 4096;

    private static final int GROUP = 64;

    /** As many groups as CUDA has in the second and third dimension; the loops stride over the grid. */
    private static final long MOST = 65535;

    private record Launch(KernelCompiler.Compiled compiled, Object[] arguments, long[] global, long[] local) {}

    private final List<GraphDefinition> graphs;
    private List<GraphDefinition> selected;
    private RuntimeDevice device;
    private GridScheduler grids = new GridScheduler();
    private ProfilerMode profiler;
    private final Map<TornadoNativeArray, Device.Buffer> buffers = new IdentityHashMap<>();
    private final Map<GraphDefinition, List<Launch>> launches = new IdentityHashMap<>();
    private long compileTime;
    private long bytesIn;
    private long bytesOut;

    public PlanRun(List<GraphDefinition> graphs) {
        if (graphs.isEmpty()) {
            throw new TornadoRuntimeException("An execution plan needs at least one task graph.");
        }
        this.graphs = List.copyOf(graphs);
        selected = this.graphs;
    }

    public void select(int index) {
        selected = List.of(graph(index));
    }

    private GraphDefinition graph(int index) {
        if (index < 0 || index >= graphs.size()) {
            throw new TornadoRuntimeException(
                    "The plan has " + graphs.size() + " graphs; there is no graph " + index + ".");
        }
        return graphs.get(index);
    }

    public void selectAll() {
        selected = graphs;
    }

    public void device(TornadoDevice chosen) {
        if (!(chosen instanceof RuntimeDevice runtimeDevice)) {
            throw new TornadoRuntimeException("The device " + chosen + " belongs to another engine.");
        }
        if (runtimeDevice != device) {
            free();
            launches.clear();
            device = runtimeDevice;
        }
    }

    public void grids(GridScheduler scheduler) {
        if (grids == scheduler) {
            return;
        }
        for (String key : scheduler.keySet()) {
            boolean known = graphs.stream()
                    .anyMatch(g -> g.tasks().stream().anyMatch(t -> key.equals(g.name() + "." + t.id())));
            if (!known) {
                throw new TornadoRuntimeException(
                        "The grid scheduler names " + key + ", which is no task of this plan.");
            }
        }
        grids = scheduler;
        launches.clear();
    }

    public void profile(ProfilerMode mode) {
        profiler = mode;
    }

    /** The device of a graph; all graphs of a plan have the same. */
    public TornadoDevice device(int index) {
        graph(index);
        engineDevice();
        return device;
    }

    private Device engineDevice() {
        if (device == null) {
            device = Devices.runtime().defaultDevice();
        }
        return device.device();
    }

    public void compile() {
        for (GraphDefinition graph : selected) {
            launches(graph);
        }
    }

    public Profile execute() {
        long start = System.nanoTime();
        compileTime = 0;
        bytesIn = 0;
        bytesOut = 0;
        long kernelTime = 0;
        Device target = engineDevice();
        for (GraphDefinition graph : selected) {
            checkConsumed(graph);
            for (TornadoNativeArray array : graph.first()) {
                buffer(array);
            }
            for (TornadoNativeArray array : graph.every()) {
                if (buffers.containsKey(array)) {
                    upload(array, buffers.get(array));
                } else {
                    buffer(array);
                }
            }
            for (Launch launch : launches(graph)) {
                Object[] arguments = launch.arguments().clone();
                for (int i = 0; i < arguments.length; i++) {
                    if (arguments[i] instanceof TornadoNativeArray array) {
                        arguments[i] = buffers.get(array);
                    }
                }
                if (launch.global()[0] * launch.global()[1] * launch.global()[2] > 0) {
                    kernelTime += launch.compiled()
                            .executable()
                            .launch(launch.global(), launch.local(), arguments, profiler != null);
                }
            }
            graph.down().forEach(a -> download(a));
        }
        target.finish();
        long total = System.nanoTime() - start;
        if (profiler == ProfilerMode.CONSOLE) {
            System.out.printf("total %,d ns, compile %,d ns, kernels %,d ns%n", total, compileTime, kernelTime);
        }
        return new Profile(total, compileTime, kernelTime, bytesIn, bytesOut);
    }

    private void checkConsumed(GraphDefinition graph) {
        for (GraphDefinition.Consumption c : graph.consumed()) {
            GraphDefinition producer = graphs.stream()
                    .filter(g -> g.name().equals(c.graph()))
                    .findFirst()
                    .orElseThrow(() -> new TornadoRuntimeException("Graph " + graph.name() + " consumes from graph "
                            + c.graph() + ", which is not in this plan."));
            if (!producer.persisted().contains(c.array())) {
                throw new TornadoRuntimeException("Graph " + graph.name() + " consumes an array that graph " + c.graph()
                        + " does not persist; add persistOnDevice there.");
            }
            if (!buffers.containsKey(c.array())) {
                throw new TornadoRuntimeException("Graph " + graph.name() + " consumes an array of graph " + c.graph()
                        + ", which has not been executed yet.");
            }
        }
    }

    private Device.Buffer buffer(TornadoNativeArray array) {
        Device.Buffer buffer = buffers.get(array);
        if (buffer == null) {
            buffer = engineDevice().allocate(array.getNumBytesOfSegment());
            buffers.put(array, buffer);
            upload(array, buffer);
        }
        return buffer;
    }

    private void upload(TornadoNativeArray array, Device.Buffer buffer) {
        if (HostMemory.untouched(array)) {
            // Reading the zeros would give them pages: the host would then hold what only the device needs.
            buffer.writeZeros(HostMemory.elements(array));
        } else {
            buffer.write(0, array.getSegment());
        }
        bytesIn += array.getNumBytesOfSegment();
    }

    /** Copies arrays to the host, now; each is one that a graph transfers to the host under demand, or persists. */
    public void demand(Object... arrays) {
        for (Object array : arrays) {
            // TornadoVM would copy all that the graph uses, and a KernelContext among it over Java's own constants.
            if (graphs.stream()
                    .noneMatch(g -> g.demand().contains(array) || g.down().contains(array))) {
                throw new TornadoRuntimeException(
                        "transferToHost: no graph of the plan transfers this array to the host;"
                                + " add transferToHost(DataTransferMode.UNDER_DEMAND, array) to the graph that writes it.");
            }
            download(array);
        }
    }

    private void download(Object... arrays) {
        for (Object array : arrays) {
            if (!(array instanceof TornadoNativeArray known) || !buffers.containsKey(known)) {
                throw new TornadoRuntimeException(
                        "transferToHost: the array is not on the device; no executed graph uses it.");
            }
            buffers.get(known).read(0, known.getSegment());
            bytesOut += known.getNumBytesOfSegment();
        }
    }

    private List<Launch> launches(GraphDefinition graph) {
        List<Launch> known = launches.get(graph);
        if (known == null) {
            long start = System.nanoTime();
            known = new ArrayList<>();
            for (GraphDefinition.Task task : graph.tasks()) {
                known.add(launch(graph, task));
            }
            launches.put(graph, known);
            compileTime += System.nanoTime() - start;
        }
        for (Launch launch : known) {
            for (Object argument : launch.arguments()) {
                if (argument instanceof TornadoNativeArray array) {
                    buffer(array);
                }
            }
        }
        return known;
    }

    private Launch launch(GraphDefinition graph, GraphDefinition.Task task) {
        Object[] values = task.arguments();
        List<Integer> aliases = IntStream.range(0, values.length)
                .mapToObj(i -> values[i] instanceof TornadoNativeArray
                        ? IntStream.rangeClosed(0, i)
                                .filter(j -> values[j] == values[i])
                                .findFirst()
                                .orElse(i)
                        : i)
                .toList();
        KernelCompiler.Compiled compiled = KernelCompiler.compile(task.kernel(), values, aliases, engineDevice());
        List<Object> arguments = new ArrayList<>();
        for (Object value : values) {
            if (value instanceof TornadoNativeArray array) {
                arguments.add(array);
                arguments.add(array.getSize());
            } else if (value != null) {
                arguments.add(value);
            }
        }
        String name = graph.name() + "." + task.id();
        WorkerGrid grid = grids.get(name);
        if (grid == null && !compiled.extents().isEmpty()) {
            long[][] sizes = parallelGrid(compiled.extents(), values);
            return new Launch(compiled, arguments.toArray(), sizes[0], sizes[1]);
        }
        if (grid == null) {
            throw new TornadoRuntimeException("Task " + name + " uses a KernelContext but has no grid; add"
                    + " addWorkerGrid(\"" + name + "\", ...) to the grid scheduler and pass it to the plan.");
        }
        // @Parallel loops stride over the grid, so each grid is right for them.
        checkGrid(name, grid);
        return new Launch(compiled, arguments.toArray(), grid.getGlobalWork(), grid.getLocalWork());
    }

    private void checkGrid(String name, WorkerGrid grid) {
        long[] local = grid.getLocalWork();
        if (local == null) {
            return;
        }
        long group = local[0] * local[1] * local[2];
        for (int d = 0; d < 3; d++) {
            if (local[d] <= 0 || grid.getGlobalWork()[d] % local[d] != 0) {
                throw new TornadoRuntimeException("Task " + name + ": the group size " + Arrays.toString(local)
                        + " does not divide the grid " + Arrays.toString(grid.getGlobalWork())
                        + "; pad the grid and guard the kernel with if (i < n).");
            }
        }
        long limit = engineDevice().info().maxWorkGroupSize();
        if (group > limit) {
            throw new TornadoRuntimeException(
                    "Task " + name + ": groups of " + group + " work-items; the device takes " + limit + ".");
        }
    }

    private long[][] parallelGrid(List<Expr> extents, Object[] values) {
        long[] global = {1, 1, 1};
        for (int d = 0; d < extents.size(); d++) {
            long extent = HostEvaluator.evaluate(
                    extents.get(d), i -> values[i], i -> ((TornadoNativeArray) values[i]).getSize());
            global[d] = Math.clamp(extent, 0, d == 0 ? Long.MAX_VALUE : MOST);
        }
        boolean grouped = !engineDevice().info().cpu() || global[0] > SMALL_GRID;
        // Work-items past the end do nothing, because the loop in the kernel checks its bound.
        if (grouped && global[0] > 0) {
            global[0] = (global[0] + GROUP - 1) / GROUP * GROUP;
        }
        return new long[][] {global, {grouped ? GROUP : 1, 1, 1}};
    }

    public long memory() {
        return buffers.values().stream().mapToLong(Device.Buffer::bytes).sum();
    }

    public void free() {
        buffers.values().forEach(Device.Buffer::close);
        buffers.clear();
    }
}
