package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Expr.BinaryOp;
import org.tornadonn.engine.ir.Expr.CompareOp;
import org.tornadonn.engine.ir.Expr.Query;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.ParallelLoop;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Var;
import org.tornadonn.engine.read.Refusal;
import org.tornadonn.engine.read.RefusedException;

/** Makes each @Parallel loop a grid-stride loop over one dimension of the grid. */
final class ParallelToGrid {
    private ParallelToGrid() {}

    static Kernel run(Kernel kernel, boolean cpu) {
        Map<Var, Integer> dimensions = dimensions(kernel, cpu);
        List<Block> blocks = kernel.blocks().stream()
                .map(b -> new Block(
                        b.id(),
                        b.line(),
                        b.body().stream().map(s -> stride(s, dimensions)).toList(),
                        b.end()))
                .toList();
        return new Kernel(kernel.name(), kernel.source(), kernel.params(), blocks, List.of());
    }

    private static Map<Var, Integer> dimensions(Kernel kernel, boolean cpu) {
        int deepest = kernel.parallelLoops().stream()
                .mapToInt(ParallelLoop::depth)
                .max()
                .orElse(0);
        if (deepest > 2) {
            throw refuse(kernel, "more than three nested loops");
        }
        List<Integer> depths =
                kernel.parallelLoops().stream().map(ParallelLoop::depth).toList();
        for (int i = 0; i < depths.size(); i++) {
            boolean endsNest = i + 1 == depths.size() || depths.get(i + 1) == 0;
            if (endsNest && depths.get(i) != deepest) {
                // The work-items of the dimensions that it lacks would all run it.
                throw refuse(kernel, "loops of different nesting one after the other");
            }
        }
        Map<Var, Integer> dimensions = new HashMap<>();
        for (ParallelLoop loop : kernel.parallelLoops()) {
            dimensions.put(loop.var(), cpu ? loop.depth() : deepest - loop.depth());
        }
        return dimensions;
    }

    private static Stmt stride(Stmt stmt, Map<Var, Integer> dimensions) {
        if (!(stmt instanceof Stmt.Assign(Var var, Expr value)) || !dimensions.containsKey(var)) {
            return stmt;
        }
        int d = dimensions.get(var);
        if (value instanceof Expr.Binary(BinaryOp op, Expr a, Expr step) && a.equals(new Expr.Read(var))) {
            Expr width = new Expr.Binary(BinaryOp.MUL, new Expr.WorkItem(Query.GLOBAL_SIZE, d), step);
            return new Stmt.Assign(var, new Expr.Binary(op, a, width));
        }
        return new Stmt.Assign(var, new Expr.Binary(BinaryOp.ADD, value, new Expr.WorkItem(Query.GLOBAL_ID, d)));
    }

    /** The trip counts per dimension; the kernel still has its parallel loops. */
    static List<Expr> extents(Kernel kernel, boolean cpu) {
        Map<Var, Integer> dimensions = dimensions(kernel, cpu);
        List<Expr> extents = new ArrayList<>();
        for (int d = 0; d < 3; d++) {
            int dimension = d;
            kernel.parallelLoops().stream()
                    .filter(l -> dimensions.get(l.var()) == dimension)
                    .map(l -> extent(kernel, l.var()))
                    .reduce((a, b) -> new Expr.Call(Expr.Function.MAX, List.of(a, b)))
                    .ifPresent(extents::add);
        }
        return extents;
    }

    private static Expr extent(Kernel kernel, Var var) {
        Expr start = null;
        Expr step = null;
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Assign(Var v, Expr value) && v.equals(var)) {
                    if (value instanceof Expr.Binary(BinaryOp op, Expr a, Expr.Const c)
                            && op == BinaryOp.ADD
                            && a.equals(new Expr.Read(var))
                            && step == null) {
                        step = c;
                    } else if (start == null && value instanceof Expr.Const) {
                        start = value;
                    } else {
                        throw refuse(kernel, "start or step of " + var.name());
                    }
                }
            }
        }
        if (start == null || step == null) {
            throw refuse(kernel, "start or step of " + var.name());
        }
        // Work-item g runs start + g, start + g + size * step, ...: with a step above 1 that would visit wrong
        // iterations.
        if (!step.equals(Expr.Const.of(1))) {
            throw refuse(kernel, "step of " + var.name() + " other than 1");
        }
        return bound(kernel, var);
    }

    private static Expr bound(Kernel kernel, Var var) {
        for (Block block : kernel.blocks()) {
            if (block.end() instanceof End.Branch(Expr.Compare(CompareOp op, Expr a, Expr b), int _, int _)
                    && a.equals(new Expr.Read(var))) {
                Expr bound = resolve(kernel, var, b);
                return switch (op) {
                    case GE -> bound;
                    case GT -> Folding.node(new Expr.Binary(BinaryOp.ADD, bound, Expr.Const.of(1)));
                    default -> throw refuse(kernel, "comparison of " + var.name());
                };
            }
        }
        throw refuse(kernel, "bound of " + var.name());
    }

    private static Expr resolve(Kernel kernel, Var loop, Expr expr) {
        return Trees.map(expr, e -> switch (e) {
            case Expr.Read(Var v) -> resolve(kernel, loop, onlyValue(kernel, loop, v));
            case Expr.Load _, Expr.WorkItem _ -> throw refuse(kernel, "bound of " + loop.name());
            default -> e;
        });
    }

    private static Expr onlyValue(Kernel kernel, Var loop, Var var) {
        List<Expr> values = new ArrayList<>();
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Assign(Var v, Expr value) && v.equals(var)) {
                    values.add(value);
                }
            }
        }
        if (values.size() != 1) {
            throw refuse(kernel, "bound of " + loop.name());
        }
        return values.getFirst();
    }

    private static RefusedException refuse(Kernel kernel, String detail) {
        return new RefusedException(Refusal.PARALLEL_LOOP, kernel.source(), detail);
    }
}
