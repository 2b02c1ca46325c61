package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Var;

/**
 * Unrolls short loops over vector statements, so that indices into private arrays become constants and the arrays can become
 * registers. On PoCL this is the difference between spilling and 16 accumulators of a matrix product in registers.
 */
final class UnrollVectorLoops {
    private static final int LONGEST = 16;
    private static final int LARGEST = 512;

    private UnrollVectorLoops() {}

    static Kernel run(Kernel kernel) {
        Kernel current = kernel;
        while (true) {
            Map<Integer, Block> blocks = new LinkedHashMap<>();
            current.blocks().forEach(b -> blocks.put(b.id(), b));
            Optional<CountedLoop> loop = CountedLoop.find(blocks).stream()
                    .filter(UnrollVectorLoops::worthwhile)
                    .findFirst();
            if (loop.isEmpty()) {
                return current;
            }
            loop.get().replace(blocks, unrolled(loop.get()));
            current = CountedLoop.with(current, blocks);
        }
    }

    private static boolean worthwhile(CountedLoop loop) {
        return loop.trips() <= LONGEST
                && loop.trips() * loop.work().size() <= LARGEST
                && loop.work().stream().anyMatch(UnrollVectorLoops::isVector);
    }

    private static boolean isVector(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Assign(Var var, Expr _) -> var.type().isVector();
            case Stmt.Store(var _, Expr _, Expr value) -> value.type().isVector();
            default -> false;
        };
    }

    private static List<Stmt> unrolled(CountedLoop loop) {
        List<Stmt> statements = new ArrayList<>();
        for (int trip = 0; trip < loop.trips(); trip++) {
            Expr index = Expr.Const.of(trip);
            for (Stmt stmt : loop.work()) {
                statements.add(Trees.map(
                        stmt, e -> Folding.node(e instanceof Expr.Read(Var v) && v.equals(loop.var()) ? index : e)));
            }
        }
        return statements;
    }
}
