package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/**
 * A loop {@code for (int v = 0; v < trips; v++)} with a constant number of trips and a body without control flow:
 * {@code before} sets v and jumps to {@code header}, which holds the comparison only; {@code body} ends with the increment.
 */
record CountedLoop(Var var, int trips, Block before, Block header, Block body, int exit) {

    static List<CountedLoop> find(Map<Integer, Block> blocks) {
        Map<Integer, Set<Integer>> predecessors = Flow.predecessors(blocks.values());
        List<CountedLoop> loops = new ArrayList<>();
        for (Block header : blocks.values()) {
            if (header.body().isEmpty()
                    && header.end()
                            instanceof
                            End.Branch(
                                    Expr.Compare(
                                            Expr.CompareOp op,
                                            Expr.Read(Var v),
                                            Expr.Const(Type _, Integer trips)),
                                    int exit,
                                    int inside)
                    && op == Expr.CompareOp.GE
                    && predecessors.get(header.id()).size() == 2
                    && predecessors.get(header.id()).contains(inside)
                    && predecessors.get(inside).size() == 1) {
                Block body = blocks.get(inside);
                Block before = blocks.get(predecessors.get(header.id()).stream()
                        .filter(p -> p != inside)
                        .findFirst()
                        .orElseThrow());
                if (body.end() instanceof End.Jump
                        && before.end() instanceof End.Jump
                        && increments(body, v)
                        && startsAtZero(before, v)) {
                    loops.add(new CountedLoop(v, trips, before, header, body, exit));
                }
            }
        }
        return loops;
    }

    /** The body without the increment. */
    List<Stmt> work() {
        return body.body().subList(0, body.body().size() - 1);
    }

    private static boolean increments(Block body, Var v) {
        Stmt increment = new Stmt.Assign(v, new Expr.Binary(Expr.BinaryOp.ADD, new Expr.Read(v), Expr.Const.of(1)));
        return !body.body().isEmpty()
                && body.body().getLast().equals(increment)
                && assignments(body.body(), v).size() == 1;
    }

    private static boolean startsAtZero(Block before, Var v) {
        List<Expr> values = assignments(before.body(), v);
        return !values.isEmpty() && values.getLast().equals(Expr.Const.of(0));
    }

    private static List<Expr> assignments(List<Stmt> body, Var v) {
        List<Expr> values = new ArrayList<>();
        for (Stmt stmt : body) {
            if (stmt instanceof Stmt.Assign(Var var, Expr value) && var.equals(v)) {
                values.add(value);
            }
        }
        return values;
    }

    /** Puts {@code straight} in the place of the loop. */
    void replace(Map<Integer, Block> blocks, List<Stmt> straight) {
        List<Stmt> joined = new ArrayList<>(straight);
        // Java scopes the variable to the loop, but the IR does not: leave it as the loop would.
        joined.add(new Stmt.Assign(var, Expr.Const.of(trips)));
        blocks.put(body.id(), new Block(body.id(), body.line(), joined, new End.Jump(exit)));
        blocks.put(before.id(), new Block(before.id(), before.line(), before.body(), new End.Jump(body.id())));
        blocks.remove(header.id());
    }

    static Kernel with(Kernel kernel, Map<Integer, Block> blocks) {
        return MergeBlocks.run(new Kernel(
                kernel.name(), kernel.source(), kernel.params(), List.copyOf(blocks.values()), kernel.parallelLoops()));
    }
}
