package org.tornadonn.benchmarks.peer;

import org.tornadonn.benchmarks.measure.Timing;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A plan of one graph, whose result is transferred under demand. */
final class Launches implements Peer.Prepared {
    private final TornadoExecutionPlan plan;
    private final FloatArray result;
    private final boolean gpu;
    private TornadoExecutionResult last;

    Launches(TornadoExecutionPlan plan, FloatArray result, TornadoDevice device) {
        this.plan = plan;
        this.gpu = device.getDeviceType() == TornadoDeviceType.GPU;
        this.result = result;
    }

    @Override
    public void run() {
        last = plan.execute();
    }

    /** On a CPU, where the others have no time of the kernels, the wall time only. */
    @Override
    public Timing time(int repeats) {
        return gpu ? Timing.of(plan, repeats) : Peer.Prepared.super.time(repeats);
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
