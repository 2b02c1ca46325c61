package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Var;

/** Puts constants for folded arguments, and arguments and constants for the variables that only ever hold them. */
final class Specialize {
    private Specialize() {}

    static Kernel run(Kernel kernel, Specialization specialization) {
        Map<Var, Expr> known = new HashMap<>();
        Set<Var> changing = new HashSet<>();
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Assign(Var var, Expr value)) {
                    boolean simple = value instanceof Expr.Argument || value instanceof Expr.Const;
                    if (!simple || known.putIfAbsent(var, value) != null) {
                        changing.add(var);
                    }
                }
            }
        }
        known.keySet().removeAll(changing);
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
        List<Block> blocks = new ArrayList<>();
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
            blocks.add(new Block(block.id(), block.line(), body, mapped.end()));
        }
        return new Kernel(
                specialization.name(kernel.name()), kernel.source(), kernel.params(), blocks, kernel.parallelLoops());
    }

    private static Storage.Local sized(Storage.Local local, UnaryOperator<Expr> substitute) {
        return new Storage.Local(local.id(), local.name(), local.element(), Trees.map(local.length(), substitute));
    }
}
