package uk.ac.manchester.tornado.api;

import org.tornadonn.engine.runtime.PlanRun;

/** What an execution left on the device, and what it took. */
public class TornadoExecutionResult {
    private final PlanRun run;
    private final TornadoProfilerResult profile;

    TornadoExecutionResult(PlanRun run, TornadoProfilerResult profile) {
        this.run = run;
        this.profile = profile;
    }

    /** Copies arrays to the host that a graph of the plan transfers UNDER_DEMAND, or persists on the device. */
    public TornadoExecutionResult transferToHost(Object... arrays) {
        run.demand(arrays);
        return this;
    }

    public TornadoProfilerResult getProfilerResult() {
        return profile;
    }

    public boolean isReady() {
        return true;
    }
}
