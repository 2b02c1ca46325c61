package org.tornadonn.benchmarks.peer;

import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A plan of one graph, whose result is transferred under demand. */
final class Launches implements Peer.Prepared {
    private final TornadoExecutionPlan plan;
    private final FloatArray result;
    private TornadoExecutionResult last;

    Launches(TornadoExecutionPlan plan, FloatArray result) {
        this.plan = plan;
        this.result = result;
    }

    @Override
    public void run() {
        last = plan.execute();
    }

    @Override
    public float[] result() {
        last.transferToHost(result);
        return result.toHeapArray();
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(e);
        }
    }
}
