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

    /** Copies arrays of the plan to the host. */
    public TornadoExecutionResult transferToHost(Object... arrays) {
        run.download(arrays);
        return this;
    }

    public TornadoProfilerResult getProfilerResult() {
        return profile;
    }

    public boolean isReady() {
        return true;
    }
}
