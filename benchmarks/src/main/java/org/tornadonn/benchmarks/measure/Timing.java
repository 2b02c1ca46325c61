package org.tornadonn.benchmarks.measure;

import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;

/**
 * Nanoseconds per execution, of some executions in a row.
 *
 * @param wall as the program waits for them
 * @param device on the device; 0 where nothing tells it
 */
public record Timing(double wall, double device) {
    /** To a tenth of a nanosecond: more digits would only fill files. */
    public Timing {
        wall = Math.round(10 * wall) / 10.0;
        device = Math.round(10 * device) / 10.0;
    }

    /** @param execute executes once and returns when it is done */
    public static Timing wall(int repeats, Runnable execute) {
        return new Timing(nanos(repeats, execute), 0);
    }

    /** The kernels' time is that of executions of their own, since under a profiler each kernel is waited for; it is off afterwards. */
    public static Timing of(TornadoExecutionPlan plan, int repeats) {
        plan.withProfiler(ProfilerMode.SILENT);
        long kernels = 0;
        for (int i = 0; i < repeats; i++) {
            kernels += plan.execute().getProfilerResult().getDeviceKernelTime();
        }
        plan.withoutProfiler();
        return new Timing(nanos(repeats, plan::execute), (double) kernels / repeats);
    }

    private static double nanos(int repeats, Runnable execute) {
        long start = System.nanoTime();
        for (int i = 0; i < repeats; i++) {
            execute.run();
        }
        return (double) (System.nanoTime() - start) / repeats;
    }
}
