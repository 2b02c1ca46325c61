package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import org.tornadonn.engine.runtime.PlanRun;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Task graphs made ready to be executed on a device. */
public class TornadoExecutionPlan implements AutoCloseable {
    private final PlanRun run;

    public TornadoExecutionPlan(ImmutableTaskGraph... graphs) {
        run = new PlanRun(
                Arrays.stream(graphs).map(ImmutableTaskGraph::definition).toList());
    }

    /** A device by its backend's index and its own. */
    public static TornadoDevice getDevice(int backend, int device) {
        return TornadoRuntimeProvider.getTornadoRuntime().getBackend(backend).getDevice(device);
    }

    /** Runs the selected graphs, or all in order, and waits for them. */
    public TornadoExecutionResult execute() {
        return new TornadoExecutionResult(run, new TornadoProfilerResult(run.execute()));
    }

    /** Selects one graph, by its position, for the next executions. */
    public TornadoExecutionPlan withGraph(int index) {
        run.select(index);
        return this;
    }

    public TornadoExecutionPlan withAllGraphs() {
        run.selectAll();
        return this;
    }

    public TornadoExecutionPlan withDevice(TornadoDevice device) {
        run.device(device);
        return this;
    }

    /** The device on which a graph runs. */
    public TornadoDevice getDevice(int graph) {
        return run.device(graph);
    }

    public TornadoExecutionPlan withGridScheduler(GridScheduler grids) {
        run.grids(grids);
        return this;
    }

    /** Compiles all kernels of the selected graphs now. */
    public TornadoExecutionPlan withPreCompilation() {
        run.compile();
        return this;
    }

    /** Measures; SILENT keeps the figures for the result, CONSOLE prints them as well. */
    public TornadoExecutionPlan withProfiler(ProfilerMode mode) {
        run.profile(mode);
        return this;
    }

    public TornadoExecutionPlan withoutProfiler() {
        run.profile(null);
        return this;
    }

    /** Frees the device memory of the plan; the next execution uploads again. */
    public TornadoExecutionPlan freeDeviceMemory() {
        run.free();
        return this;
    }

    /** Bytes of device memory held by the plan. */
    public long getCurrentDeviceMemoryUsage() {
        return run.memory();
    }

    @Override
    public void close() throws TornadoExecutionPlanException {
        run.free();
    }
}
