package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Var;

/**
 * Puts constants for folded arguments, and arguments and constants for the variables that only ever hold them; a branch that is then
 * decided becomes a jump.
 */
final class Specialize {
    private Specialize() {}

    /** As in {@link Pipeline#constants}. */
    static Set<Integer> constants(Kernel kernel) {
        Set<Integer> sizes = new TreeSet<>();
        Map<Integer, Integer> uses = new HashMap<>();
        Map<Integer, Integer> choices = new TreeMap<>();
        // With the arguments in the place of the variables that hold them.
        Kernel plain = run(kernel, new Specialization(Map.of(), List.of(), true));
        for (Block block : plain.blocks()) {
            if (block.end() instanceof End.Branch(Expr.Compare(var op, Expr compared, Expr.Const _), int _, int _)
                    && (op == Expr.CompareOp.EQ || op == Expr.CompareOp.NE)
                    && bits(compared) instanceof Expr.Argument(var param)) {
                choices.merge(param.index(), 1, Integer::sum);
            }
            Trees.visit(block, e -> {
                if (e instanceof Expr.Argument(var param)) {
                    uses.merge(param.index(), 1, Integer::sum);
                } else if (e instanceof Expr.Load(var _, Storage.Local local, Expr _)) {
                    sizes(local, sizes);
                }
            });
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Store(Storage.Local local, Expr _, Expr _)) {
                    sizes(local, sizes);
                } else if (stmt instanceof Stmt.AtomicAdd(Storage.Local local, Expr _, Expr _)) {
                    sizes(local, sizes);
                }
            }
        }
        choices.forEach((index, count) -> {
            if (count.equals(uses.get(index))) {
                sizes.add(index);
            }
        });
        return sizes;
    }

    /** What a constant picks some bits of, or the expression itself. */
    private static Expr bits(Expr e) {
        return e instanceof Expr.Binary(Expr.BinaryOp op, Expr of, Expr.Const _) && op == Expr.BinaryOp.AND ? of : e;
    }

    private static void sizes(Storage.Local local, Set<Integer> indices) {
        Trees.visit(local.length(), e -> {
            if (e instanceof Expr.Argument(var param)) {
                indices.add(param.index());
            }
        });
    }

    static Kernel run(Kernel kernel, Specialization specialization) {
        Map<Var, Expr> known = known(kernel);
        UnaryOperator<Expr> substitute = expr -> {
            Expr e = expr instanceof Expr.Read(Var v) ? known.getOrDefault(v, expr) : expr;
            if (e instanceof Expr.Argument(var param) && specialization.folded().containsKey(param.index())) {
                e = new Expr.Const(param.type(), specialization.folded().get(param.index()));
            }
            return Folding.node(e);
        };
        UnaryOperator<Expr> all = e -> {
            Expr s = substitute.apply(e);
            return s instanceof Expr.Load(var type, Storage.Local local, Expr index)
                    ? new Expr.Load(type, sized(local, substitute), index)
                    : s;
        };
        Map<Integer, Block> blocks = new LinkedHashMap<>();
        for (Block block : kernel.blocks()) {
            List<Stmt> body = new ArrayList<>();
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Assign(Var var, Expr _) && known.containsKey(var)) {
                    continue;
                }
                body.add(
                        switch (Trees.map(stmt, all)) {
                            case Stmt.Store(Storage.Local local, Expr i, Expr v) ->
                                new Stmt.Store(sized(local, substitute), i, v);
                            case Stmt.AtomicAdd(Storage.Local local, Expr i, Expr v) ->
                                new Stmt.AtomicAdd(sized(local, substitute), i, v);
                            case Stmt other -> other;
                        });
            }
            Block mapped = Trees.map(new Block(block.id(), block.line(), List.of(), block.end()), all);
            End end = mapped.end() instanceof End.Branch(Expr.Const(var _, Boolean holds), int then, int otherwise)
                    ? new End.Jump(holds ? then : otherwise)
                    : mapped.end();
            blocks.put(block.id(), new Block(block.id(), block.line(), body, end));
        }
        Flow.keepReachable(blocks, kernel.blocks().getFirst().id());
        return new Kernel(
                specialization.name(kernel.name()),
                kernel.source(),
                kernel.params(),
                List.copyOf(blocks.values()),
                kernel.parallelLoops());
    }

    /** The variables that only ever hold an argument or a constant, also by way of each other, as those of inlined methods do. */
    private static Map<Var, Expr> known(Kernel kernel) {
        Map<Var, Expr> once = new HashMap<>();
        Set<Var> changing = new HashSet<>();
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Assign(Var var, Expr value) && once.putIfAbsent(var, value) != null) {
                    changing.add(var);
                }
            }
        }
        once.keySet().removeAll(changing);
        Map<Var, Expr> known = new HashMap<>();
        once.forEach((var, first) -> {
            Expr value = first;
            while (value instanceof Expr.Read(Var v) && once.containsKey(v)) {
                value = once.get(v);
            }
            if (value instanceof Expr.Argument || value instanceof Expr.Const) {
                known.put(var, value);
            }
        });
        return known;
    }

    private static Storage.Local sized(Storage.Local local, UnaryOperator<Expr> substitute) {
        return new Storage.Local(local.id(), local.name(), local.element(), Trees.map(local.length(), substitute));
    }
}
