package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Var;

/**
 * A branch whose two sides do nothing but give the same variables their values, as Java's {@code c ? a : b} does, becomes a choice of
 * values. So a loop around it has no branch, and may become lanes.
 */
final class BranchesToSelects {
    private BranchesToSelects() {}

    static Kernel run(Kernel kernel) {
        Map<Integer, Block> blocks = new LinkedHashMap<>();
        kernel.blocks().forEach(b -> blocks.put(b.id(), b));
        Map<Integer, Set<Integer>> predecessors = Flow.predecessors(kernel.blocks());
        for (Block block : kernel.blocks()) {
            if (block.end() instanceof End.Branch(Expr condition, int then, int otherwise)
                    && then != otherwise
                    && predecessors.get(then).size() == 1
                    && predecessors.get(otherwise).size() == 1
                    && blocks.get(then).end() instanceof End.Jump join
                    && join.equals(blocks.get(otherwise).end())) {
                choices(
                                condition,
                                blocks.get(then).body(),
                                blocks.get(otherwise).body())
                        .ifPresent(choices -> {
                            List<Stmt> body = new ArrayList<>(block.body());
                            body.addAll(choices);
                            blocks.put(block.id(), new Block(block.id(), block.line(), body, join));
                            blocks.remove(then);
                            blocks.remove(otherwise);
                        });
            }
        }
        return new Kernel(
                kernel.name(), kernel.source(), kernel.params(), List.copyOf(blocks.values()), kernel.parallelLoops());
    }

    private static Optional<List<Stmt>> choices(Expr condition, List<Stmt> then, List<Stmt> otherwise) {
        if (then.isEmpty() || then.size() != otherwise.size()) {
            return Optional.empty();
        }
        List<Stmt> choices = new ArrayList<>();
        for (int i = 0; i < then.size(); i++) {
            if (then.get(i) instanceof Stmt.Assign(Var var, Expr a)
                    && otherwise.get(i) instanceof Stmt.Assign(Var same, Expr b)
                    && same.equals(var)
                    && harmless(a)
                    && harmless(b)) {
                choices.add(new Stmt.Assign(var, a.equals(b) ? a : choice(condition, a, b)));
            } else {
                return Optional.empty();
            }
        }
        // What is assigned first must not be what the next reads.
        Set<Var> assigned = choices.stream().map(s -> ((Stmt.Assign) s).var()).collect(Collectors.toSet());
        boolean apart = choices.size() == 1
                || choices.stream()
                        .noneMatch(s -> Trees.contains(
                                ((Stmt.Assign) s).value(), e -> e instanceof Expr.Read(Var v) && assigned.contains(v)));
        return apart ? Optional.of(choices) : Optional.empty();
    }

    private static Expr choice(Expr condition, Expr a, Expr b) {
        return condition instanceof Expr.Unary(Expr.UnaryOp op, Expr c) && op == Expr.UnaryOp.NOT
                ? new Expr.Select(c, b, a)
                : new Expr.Select(condition, a, b);
    }

    /** Whether it may be evaluated where Java does not: not a load, nor a division of integers. */
    private static boolean harmless(Expr expr) {
        return !Trees.contains(
                expr,
                e -> e instanceof Expr.Load
                        || e instanceof Expr.Binary(Expr.BinaryOp op, Expr x, Expr _)
                                && (op == Expr.BinaryOp.DIV || op == Expr.BinaryOp.REM)
                                && !x.type().scalar().isFloat());
    }
}
