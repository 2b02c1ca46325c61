package org.tornadonn.examples;

import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tornadonn.nn.Engine;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A program as one writes it from TornadoVM's documentation, with nothing of this project but {@link Engine}: loops with
 * {@code @Parallel}, and {@code KernelContext} kernels with local memory, barriers, atomics and grids. It runs on either engine.
 */
public final class FiveKernels {
    private static final int TILE = 16;
    private static final int GROUP = 128;
    private static final int BINS = 32;

    /** y = alpha x + y. */
    public static void saxpy(float alpha, FloatArray x, FloatArray y) {
        for (@Parallel int i = 0; i < y.getSize(); i++) {
            y.set(i, alpha * x.get(i) + y.get(i));
        }
    }

    /** partial[g] = the sum of group g's part of x: a tree in local memory. */
    public static void sum(KernelContext context, FloatArray x, FloatArray partial) {
        int local = context.localIdx;
        float[] values = context.allocateFloatLocalArray(GROUP);
        values[local] = x.get(context.globalIdx);
        for (int stride = context.localGroupSizeX / 2; stride > 0; stride /= 2) {
            context.localBarrier();
            if (local < stride) {
                values[local] += values[local + stride];
            }
        }
        if (local == 0) {
            partial.set(context.groupIdx, values[0]);
        }
    }

    /** C = A B for square matrices whose side is a multiple of {@link #TILE}: tiles in local memory. */
    public static void multiply(KernelContext context, FloatArray a, FloatArray b, FloatArray c, int size) {
        int column = context.localIdx;
        int row = context.localIdy;
        float[] tileA = context.allocateFloatLocalArray(TILE * TILE);
        float[] tileB = context.allocateFloatLocalArray(TILE * TILE);
        float sum = 0;
        for (int t = 0; t < size / TILE; t++) {
            tileA[row * TILE + column] = a.get(context.globalIdy * size + t * TILE + column);
            tileB[row * TILE + column] = b.get((t * TILE + row) * size + context.globalIdx);
            context.localBarrier();
            for (int k = 0; k < TILE; k++) {
                sum += tileA[row * TILE + k] * tileB[k * TILE + column];
            }
            context.localBarrier();
        }
        c.set(context.globalIdy * size + context.globalIdx, sum);
    }

    /** Gaussian blur of [height, width] pixels; pixels beyond the edge are those at the edge. */
    public static void blur(FloatArray image, FloatArray blurred, int width, int height, int radius, float sigma) {
        for (@Parallel int y = 0; y < height; y++) {
            for (@Parallel int x = 0; x < width; x++) {
                float sum = 0;
                float weights = 0;
                for (int dy = -radius; dy <= radius; dy++) {
                    for (int dx = -radius; dx <= radius; dx++) {
                        int row = TornadoMath.min(TornadoMath.max(y + dy, 0), height - 1);
                        int column = TornadoMath.min(TornadoMath.max(x + dx, 0), width - 1);
                        float weight = TornadoMath.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
                        sum += weight * image.get(row * width + column);
                        weights += weight;
                    }
                }
                blurred.set(y * width + x, sum / weights);
            }
        }
    }

    /** counts[b] = number of values in [b, b + 1) / counts.length. */
    public static void histogram(KernelContext context, FloatArray values, IntArray counts, int size) {
        int i = context.globalIdx;
        if (i < size) {
            int bin = (int) (values.get(i) * counts.getSize());
            context.atomicAdd(counts, TornadoMath.min(bin, counts.getSize() - 1), 1);
        }
    }

    private static FloatArray random(int size, long seed) {
        Random random = new Random(seed);
        FloatArray values = new FloatArray(size);
        for (int i = 0; i < size; i++) {
            values.set(i, random.nextFloat());
        }
        return values;
    }

    final FloatArray x = random(1 << 14, 1);
    final FloatArray y = random(x.getSize(), 2);
    final FloatArray partial = new FloatArray(x.getSize() / GROUP);
    final int side = 64;
    final FloatArray a = random(side * side, 3);
    final FloatArray b = random(side * side, 4);
    final FloatArray c = new FloatArray(side * side);
    final int width = 90;
    final int height = 70;
    final FloatArray image = random(width * height, 5);
    final FloatArray blurred = new FloatArray(width * height);
    final IntArray counts = new IntArray(BINS);

    /** Executes all five, one after the other: {@code sum} adds what {@code saxpy} made, {@code histogram} counts blurred pixels. */
    void run(TornadoDevice device) throws TornadoExecutionPlanException {
        counts.clear();
        KernelContext context = new KernelContext();
        TaskGraph graph = new TaskGraph("five")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, x, a, b, image)
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, y, counts)
                .task("saxpy", FiveKernels::saxpy, 0.5f, x, y)
                .task("sum", FiveKernels::sum, context, y, partial)
                .task("multiply", FiveKernels::multiply, context, a, b, c, side)
                .task("blur", FiveKernels::blur, image, blurred, width, height, 2, 1.5f)
                .task("histogram", FiveKernels::histogram, context, blurred, counts, width * height)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, y, partial, c, counts)
                .transferToHost(DataTransferMode.UNDER_DEMAND, blurred);
        ImmutableTaskGraph immutable = graph.snapshot();

        WorkerGrid ofSum = new WorkerGrid1D(x.getSize());
        ofSum.setLocalWork(GROUP, 1, 1);
        WorkerGrid ofMultiply = new WorkerGrid2D(side, side);
        ofMultiply.setLocalWork(TILE, TILE, 1);
        WorkerGrid ofHistogram = new WorkerGrid1D((width * height + GROUP - 1) / GROUP * GROUP);
        GridScheduler grids = new GridScheduler();
        grids.addWorkerGrid("five.sum", ofSum);
        grids.addWorkerGrid("five.multiply", ofMultiply);
        grids.addWorkerGrid("five.histogram", ofHistogram);

        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(immutable)) {
            plan.withDevice(device).withGridScheduler(grids).execute().transferToHost(blurred);
        }
    }

    /** One line of JSON for a kernel: eight of its results. */
    private static String line(String kernel, int size, IntFunction<Object> result) {
        return IntStream.range(0, 8)
                .mapToObj(i -> result.apply(i * (size - 1) / 7).toString())
                .collect(Collectors.joining(", ", "{\"kernel\": \"" + kernel + "\", \"results\": [", "]}"));
    }

    public static void main(String[] args) throws TornadoExecutionPlanException {
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        System.out.println("{\"engine\": \"" + Engine.describe(device) + "\"}");
        FiveKernels five = new FiveKernels();
        five.run(device);
        System.out.println(line("saxpy", five.y.getSize(), five.y::get));
        System.out.println(line("sum", five.partial.getSize(), five.partial::get));
        System.out.println(line("multiply", five.c.getSize(), five.c::get));
        System.out.println(line("blur", five.blurred.getSize(), five.blurred::get));
        System.out.println(line("histogram", five.counts.getSize(), five.counts::get));
    }
}
