package org.tornadonn.engine.interpret;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/** Runs a kernel group by group; within a group each work-item runs to the next barrier, then the next one does. */
final class InterpretedKernel implements Device.Executable {
    @FunctionalInterface
    private interface Step {
        /** Whether the work-item goes on; false at a barrier. */
        boolean run(Item item);
    }

    private record Code(List<Step> steps, End end, Evaluation.Eval condition, int line) {}

    private final Kernel kernel;
    private final InterpreterDevice device;
    private final int varCount;
    private final Set<Storage.Local> locals = new LinkedHashSet<>();

    InterpretedKernel(Kernel kernel, InterpreterDevice device) {
        this.kernel = kernel;
        this.device = device;
        int vars = 0;
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                switch (stmt) {
                    case Stmt.Assign(Var v, Expr _) -> vars = Math.max(vars, v.id() + 1);
                    case Stmt.Store(Storage.Local l, Expr _, Expr _) -> locals.add(l);
                    case Stmt.AtomicAdd(Storage.Local l, Expr _, Expr _) -> locals.add(l);
                    default -> {}
                }
            }
            Trees.visit(block, e -> {
                if (e instanceof Expr.Load(Type _, Storage.Local l, Expr _)) {
                    locals.add(l);
                }
            });
        }
        varCount = vars;
    }

    @Override
    public String source() {
        return kernel.toString();
    }

    @Override
    public long launch(long[] global, long[] local, Object[] arguments, boolean timed) {
        long start = System.nanoTime();
        Counts counts = device.counts();
        long[] size = local == null ? new long[] {1, 1, 1} : local;
        Object[] scalars = new Object[kernel.params().size()];
        int[] lengths = new int[kernel.params().size()];
        Map<Storage, Cells> arrays = new HashMap<>();
        Map<InterpreterDevice.HostBuffer, Cells> cells = new HashMap<>();
        int next = 0;
        for (Param param : kernel.params()) {
            switch (param) {
                case Param.Context _ -> {}
                case Param.Value v -> scalars[v.index()] = arguments[next++];
                case Param.Array(Storage.Global g) -> {
                    InterpreterDevice.HostBuffer buffer = (InterpreterDevice.HostBuffer) arguments[next++];
                    lengths[g.index()] = (Integer) arguments[next++];
                    // One array bound to two parameters is one memory, or races between them would not be seen.
                    arrays.put(
                            g,
                            cells.computeIfAbsent(
                                    buffer, b -> Cells.global(g.name(), g.element(), lengths[g.index()], b, counts)));
                }
            }
        }
        Map<Integer, Code> code = code(new Evaluation(scalars, lengths, counts));
        int group = 0;
        for (long z = 0; z < global[2]; z += size[2]) {
            for (long y = 0; y < global[1]; y += size[1]) {
                for (long x = 0; x < global[0]; x += size[0]) {
                    group(code, arrays, global, size, new long[] {x, y, z}, group++);
                }
            }
        }
        return timed ? System.nanoTime() - start : 0;
    }

    private void group(
            Map<Integer, Code> code, Map<Storage, Cells> global, long[] whole, long[] size, long[] corner, int group) {
        Map<Storage, Cells> arrays = new HashMap<>(global);
        for (Storage.Local l : locals) {
            arrays.put(l, Cells.local(l.name(), l.element(), (Integer) ((Expr.Const) l.length()).value()));
        }
        List<Item> items = new ArrayList<>();
        int entry = kernel.blocks().getFirst().id();
        for (long z = 0; z < size[2]; z++) {
            for (long y = 0; y < size[1]; y++) {
                for (long x = 0; x < size[0]; x++) {
                    long[] at = {x, y, z};
                    long[] place = new long[3 * Expr.Query.values().length];
                    for (int d = 0; d < 3; d++) {
                        place[Expr.Query.GLOBAL_ID.ordinal() * 3 + d] = corner[d] + at[d];
                        place[Expr.Query.LOCAL_ID.ordinal() * 3 + d] = at[d];
                        place[Expr.Query.GROUP_ID.ordinal() * 3 + d] = corner[d] / size[d];
                        place[Expr.Query.GLOBAL_SIZE.ordinal() * 3 + d] = whole[d];
                        place[Expr.Query.LOCAL_SIZE.ordinal() * 3 + d] = size[d];
                        place[Expr.Query.NUM_GROUPS.ordinal() * 3 + d] = whole[d] / size[d];
                    }
                    int id = (int) (group * size[0] * size[1] * size[2]) + items.size();
                    items.add(new Item(kernel.source(), id, group, varCount, arrays, place, entry));
                }
            }
        }
        while (!items.getFirst().done) {
            for (Item item : items) {
                run(code, item);
            }
            Item first = items.getFirst();
            for (Item item : items) {
                if (item.done != first.done
                        || !item.done && (item.block != first.block || item.statement != first.statement)) {
                    throw item.fault("not all work-items of the group come to the same barrier");
                }
                item.passBarrier();
            }
        }
    }

    private static void run(Map<Integer, Code> code, Item item) {
        while (true) {
            Code block = code.get(item.block);
            item.line = block.line();
            List<Step> steps = block.steps();
            while (item.statement < steps.size()) {
                if (!steps.get(item.statement++).run(item)) {
                    return;
                }
            }
            item.statement = 0;
            switch (block.end()) {
                case End.Jump(int target) -> item.block = target;
                case End.Branch(Expr _, int then, int otherwise) ->
                    item.block = (Boolean) block.condition().of(item) ? then : otherwise;
                case End.Return _ -> {
                    item.done = true;
                    return;
                }
            }
        }
    }

    private Map<Integer, Code> code(Evaluation evaluation) {
        Map<Integer, Code> code = new HashMap<>();
        for (Block block : kernel.blocks()) {
            List<Step> steps =
                    block.body().stream().map(s -> step(s, evaluation)).toList();
            Evaluation.Eval condition =
                    block.end() instanceof End.Branch(Expr c, int _, int _) ? evaluation.of(c) : null;
            code.put(block.id(), new Code(steps, block.end(), condition, block.line()));
        }
        return code;
    }

    private static Step step(Stmt stmt, Evaluation evaluation) {
        return switch (stmt) {
            case Stmt.Assign(Var v, Expr value) -> {
                Evaluation.Eval eval = evaluation.of(value);
                yield item -> {
                    item.vars[v.id()] = eval.of(item);
                    return true;
                };
            }
            case Stmt.Store(Storage array, Expr index, Expr value) -> {
                Evaluation.Eval at = evaluation.of(index);
                Evaluation.Eval eval = evaluation.of(value);
                yield item -> {
                    int i = (Integer) at.of(item);
                    Cells cells = item.arrays.get(array);
                    Object stored = eval.of(item);
                    if (stored instanceof Object[] vector) {
                        for (int lane = 0; lane < vector.length; lane++) {
                            cells.store(i + lane, vector[lane], item);
                        }
                    } else {
                        cells.store(i, stored, item);
                    }
                    return true;
                };
            }
            case Stmt.Clear(Storage.Private array) ->
                item -> {
                    item.arrays
                            .computeIfAbsent(array, a -> Cells.own(a.name(), a.element(), array.length()))
                            .clear();
                    return true;
                };
            case Stmt.AtomicAdd(Storage array, Expr index, Expr value) -> {
                Evaluation.Eval at = evaluation.of(index);
                Evaluation.Eval eval = evaluation.of(value);
                yield item -> {
                    item.arrays.get(array).add((Integer) at.of(item), eval.of(item), item);
                    return true;
                };
            }
            case Stmt.Barrier _ -> _ -> false;
        };
    }

    @Override
    public void close() {}
}
