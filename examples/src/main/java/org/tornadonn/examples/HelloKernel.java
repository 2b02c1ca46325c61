package org.tornadonn.examples;

import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A kernel of one's own: Dynamic Tanh with one scale and no shift, on the default device. */
public final class HelloKernel {
    private HelloKernel() {}

    /** y = tanh(alpha x), element by element. */
    public static void kSquash(FloatArray y, FloatArray x, float alpha) {
        for (@Parallel int i = 0; i < x.getSize(); i++) {
            y.set(i, TornadoMath.tanh(alpha * x.get(i)));
        }
    }

    public static void main(String[] args) throws TornadoExecutionPlanException {
        FloatArray x = FloatArray.fromElements(-4f, -1f, 0f, 1f, 4f);
        FloatArray y = new FloatArray(x.getSize());
        TaskGraph graph = new TaskGraph("hello")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
                .task("squash", HelloKernel::kSquash, y, x, 0.5f)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.execute();
        }
        for (int i = 0; i < x.getSize(); i++) {
            System.out.printf("tanh(0.5 * %4.1f) = %7.4f%n", x.get(i), y.get(i));
        }
    }
}
