package org.tornadonn.kernels;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A task graph under construction: its tasks, their grids, and the table that tells each task where its tensors begin.
 *
 * <p>TornadoVM folds scalar arguments into the code it compiles, so what changes between executions, here the layer that
 * a graph works on, must travel in an array. Each task owns consecutive entries of {@link #table()}, one per tensor in the
 * order of the kernel's array parameters; {@link #select(int)} fills the table for a layer before the graph is executed.
 */
public final class Stage {
    private static final int CAPACITY = 256;

    private final TaskGraph graph;
    private final GridScheduler grids;
    private final Shape shape;
    private final IntArray table = new IntArray(CAPACITY);
    private final List<Slice> slices = new ArrayList<>();

    /**
     * @param name the graph's name, unique within its plan
     * @param grids the plan's scheduler, to which the grids of this stage's tasks are added
     * @param shape of the kernels that its tasks run
     */
    public Stage(String name, GridScheduler grids, Shape shape) {
        this.graph = new TaskGraph(name);
        this.grids = grids;
        this.shape = shape;
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, table);
    }

    public TaskGraph graph() {
        return graph;
    }

    Shape shape() {
        return shape;
    }

    public String name() {
        return graph.getTaskGraphName();
    }

    /** Where the tensors of every task begin. */
    public IntArray table() {
        return table;
    }

    /** Enters a task's tensors and returns the index of its first entry. */
    public int place(Slice... tensors) {
        int first = slices.size();
        if (first + tensors.length > CAPACITY) {
            throw new IllegalStateException("stage " + name() + " has more than " + CAPACITY + " tensors");
        }
        slices.addAll(List.of(tensors));
        return first;
    }

    /** Shares arrays with the stages executed before and after this one; {@code before} is null for the first of a plan. */
    public void share(List<FloatArray> arrays, Stage before) {
        Object[] shared = arrays.toArray();
        if (before == null) {
            graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, shared);
            List<FloatArray> unused = new ArrayList<>(arrays);
            unused.removeIf(this::uses);
            KeepKernel.keep(this, unused);
        } else {
            graph.consumeFromDevice(before.name(), shared);
        }
        graph.persistOnDevice(shared);
    }

    private boolean uses(FloatArray array) {
        for (Slice slice : slices) {
            if (slice.data() == array) {
                return true;
            }
        }
        return false;
    }

    /** Binds a grid to a task of this stage. */
    public void grid(String task, WorkerGrid grid) {
        grids.addWorkerGrid(name() + "." + task, grid);
    }

    /** Points every task at the tensors of one layer; call it before each execution. */
    public void select(int layer) {
        select(layer, null, 0);
    }

    /** Does so too, but tensors in the array {@code moved} are taken from {@code by} elements further on. */
    public void select(int layer, FloatArray moved, int by) {
        for (int i = 0; i < slices.size(); i++) {
            Slice slice = slices.get(i);
            table.set(i, slice.at(layer) + (slice.data() == moved ? by : 0));
        }
    }

    /** A plan of this stage alone. */
    public TornadoExecutionPlan plan(TornadoDevice device) {
        TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
        plan.withDevice(device);
        // TornadoVM refuses a scheduler without entries.
        if (!grids.keySet().isEmpty()) {
            plan.withGridScheduler(grids);
        }
        return plan;
    }
}
