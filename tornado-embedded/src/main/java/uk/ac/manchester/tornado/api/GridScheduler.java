package uk.ac.manchester.tornado.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The grids of KernelContext tasks, by "graph.task". */
public class GridScheduler {
    private final Map<String, WorkerGrid> grids = new LinkedHashMap<>();

    public GridScheduler() {}

    public GridScheduler(String task, WorkerGrid grid) {
        grids.put(task, grid);
    }

    public void addWorkerGrid(String task, WorkerGrid grid) {
        grids.put(task, grid);
    }

    public WorkerGrid get(String task) {
        return grids.get(task);
    }

    public boolean contains(String graph, String task) {
        return grids.containsKey(graph + "." + task);
    }

    public Set<String> keySet() {
        return grids.keySet();
    }
}
