package org.tornadonn.benchmarks.measure;

import org.tornadonn.benchmarks.op.Expectation;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.Operands;
import org.tornadonn.kernels.Shape;
import org.tornadonn.kernels.Stage;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * A pass of an op as a plan on a device: compiled, executed once and compared with double arithmetic when it is made, so that only
 * what is right can be timed.
 */
public final class OpRun implements AutoCloseable {
    /** The outputs were not what they should be. */
    public static final class WrongException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongException(String message) {
            super(message);
        }
    }

    private final Operands operands = new Operands();
    private final TornadoExecutionPlan plan;
    private final double compileMillis;
    private final double firstMillis;

    /** With the shape of kernels that suits the device. */
    public OpRun(TornadoDevice device, Op.Pass pass, int[] size) {
        this(device, Shape.of(device), pass, size);
    }

    public OpRun(TornadoDevice device, Shape shape, Op.Pass pass, int[] size) {
        Op.Work work = pass.work().apply(operands, size);
        Stage stage = new Stage("bench", new GridScheduler(), shape);
        stage.graph().transferToDevice(DataTransferMode.FIRST_EXECUTION, operands.inputs());
        work.tasks().accept(stage);
        stage.graph().transferToHost(DataTransferMode.UNDER_DEMAND, operands.outputs());
        stage.select(0);
        plan = stage.plan(device);
        plan.withProfiler(ProfilerMode.SILENT);
        try {
            long start = System.nanoTime();
            TornadoExecutionResult result = plan.execute();
            double whole = (System.nanoTime() - start) / 1e6;
            compileMillis = result.getProfilerResult().getCompileTime() / 1e6;
            firstMillis = Math.max(0, whole - compileMillis);
            plan.withoutProfiler();
            result.transferToHost(operands.outputs());
            Expectation expectation = new Expectation();
            work.check().accept(expectation);
            if (expectation.fault() != null) {
                throw new WrongException(expectation.fault());
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    public Operands operands() {
        return operands;
    }

    /** Executes once. */
    public void execute() {
        plan.execute();
    }

    /** Of some executions in a row. */
    public Timing timing(int repeats) {
        return Timing.of(plan, repeats);
    }

    public Sampling sample(Pace pace) {
        return Sampling.of(pace, this::timing);
    }

    /** Time to compile the kernels; near zero where the process has compiled them before. */
    public double compileMillis() {
        return compileMillis;
    }

    /** Time of the first execution without compiling: transfer of the inputs and the first launch. */
    public double firstMillis() {
        return firstMillis;
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
