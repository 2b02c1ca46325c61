package org.tornadonn.engine.pass;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/** The specification of legal IR; a violation is a fault of the engine. */
public final class Verifier {
    private final Kernel kernel;

    private Verifier(Kernel kernel) {
        this.kernel = kernel;
    }

    /** @throws IllegalStateException naming the kernel and the fault */
    public static void verify(Kernel kernel) {
        Verifier verifier = new Verifier(kernel);
        verifier.shape();
        verifier.types();
        verifier.definiteAssignment();
    }

    /** Also demands what emitters need: no parallel loops, local arrays of constant length. */
    public static void verifyLowered(Kernel kernel) {
        verify(kernel);
        Verifier verifier = new Verifier(kernel);
        verifier.check(kernel.parallelLoops().isEmpty(), "parallel loops are left");
        for (Block block : kernel.blocks()) {
            Trees.visit(block, e -> {
                if (e instanceof Expr.Load(Type _, Storage.Local local, Expr _)) {
                    verifier.check(local.length() instanceof Expr.Const, "length of " + local.name());
                }
            });
            for (Stmt stmt : block.body()) {
                if (stmt instanceof Stmt.Store(Storage.Local local, Expr _, Expr _)) {
                    verifier.check(local.length() instanceof Expr.Const, "length of " + local.name());
                }
            }
        }
    }

    private void check(boolean legal, String fault) {
        if (!legal) {
            throw new IllegalStateException("illegal IR in " + kernel.source() + ": " + fault);
        }
    }

    private void shape() {
        Set<Integer> ids = new HashSet<>();
        for (Block block : kernel.blocks()) {
            check(ids.add(block.id()), "block " + block.id() + " twice");
        }
        for (Block block : kernel.blocks()) {
            for (int target : Flow.successors(block)) {
                check(ids.contains(target), "jump from block " + block.id() + " to missing block " + target);
            }
        }
    }

    private void types() {
        Map<Integer, Var> vars = new HashMap<>();
        for (Block block : kernel.blocks()) {
            Trees.visit(block, e -> {
                type(e);
                if (e instanceof Expr.Read(Var v)) {
                    check(v.equals(vars.computeIfAbsent(v.id(), _ -> v)), "two variables with id " + v.id());
                }
            });
            for (Stmt stmt : block.body()) {
                switch (stmt) {
                    case Stmt.Assign(Var v, Expr value) ->
                        check(v.type().equals(value.type()), "assignment of " + value.type() + " to " + v);
                    case Stmt.Store(Storage array, Expr index, Expr value) -> {
                        check(index.type().equals(Type.I32), "index of " + array.name());
                        check(array.element().value() == value.type().scalar(), "value stored in " + array.name());
                    }
                    case Stmt.AtomicAdd(Storage array, Expr index, Expr value) -> {
                        check(index.type().equals(Type.I32), "index of " + array.name());
                        check(array.element() == value.type().scalar(), "value added to " + array.name());
                    }
                    case Stmt.Clear _, Stmt.Barrier _ -> {}
                }
            }
            if (block.end() instanceof End.Branch(Expr c, int _, int _)) {
                check(c.type().equals(Type.BOOL), "branch on " + c.type());
            }
        }
    }

    private void type(Expr expr) {
        switch (expr) {
            case Expr.Binary b -> {
                boolean shift =
                        b.op() == Expr.BinaryOp.SHL || b.op() == Expr.BinaryOp.SHR || b.op() == Expr.BinaryOp.USHR;
                Type right = shift ? Type.I32.withLanes(b.a().type().lanes()) : b.a().type();
                check(b.b().type().equals(right), b.op() + " of " + b.a().type() + " and " + b.b().type());
            }
            case Expr.Compare c -> check(c.a().type().equals(c.b().type()), "comparison of different types");
            case Expr.Order o -> check(o.a().type().equals(o.b().type()), "order of different types");
            case Expr.Select s -> {
                check(s.a().type().equals(s.b().type()), "selection of different types");
                check(
                        s.condition()
                                .type()
                                .equals(Type.BOOL.withLanes(s.a().type().lanes())),
                        "selection condition");
            }
            case Expr.Load l -> {
                check(l.index().type().equals(Type.I32), "index of " + l.array().name());
                check(
                        l.type().scalar() == l.array().element().value(),
                        "type of a load of " + l.array().name());
            }
            case Expr.Broadcast b ->
                check(
                        !b.x().type().isVector()
                                && b.x().type().scalar() == b.type().scalar(),
                        "broadcast of " + b.x().type());
            case Expr.Call c ->
                check(c.args().stream().allMatch(a -> a.type().equals(c.type())), "arguments of " + c.function());
            case Expr.Unary u ->
                check((u.op() == Expr.UnaryOp.NOT) == (u.type().scalar() == Scalar.BOOL), u.op() + " of " + u.type());
            case Expr.Cast c -> check(c.type().lanes() == c.x().type().lanes(), "lanes of a cast");
            case Expr.Const _, Expr.Argument _, Expr.Read _, Expr.Length _, Expr.WorkItem _, Expr.Lanes _ -> {}
        }
    }

    private void definiteAssignment() {
        Map<Integer, Block> blocks = new LinkedHashMap<>();
        kernel.blocks().forEach(b -> blocks.put(b.id(), b));
        int entry = kernel.blocks().getFirst().id();
        Flow.keepReachable(blocks, entry);
        Map<Integer, Set<Var>> before = new HashMap<>(Map.of(entry, Set.of()));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Block block : blocks.values()) {
                if (!before.containsKey(block.id())) {
                    continue;
                }
                Set<Var> after = new HashSet<>(before.get(block.id()));
                block.body().forEach(s -> {
                    if (s instanceof Stmt.Assign(Var v, Expr _)) {
                        after.add(v);
                    }
                });
                for (int s : Flow.successors(block)) {
                    Set<Var> met = new HashSet<>(after);
                    if (before.containsKey(s)) {
                        met.retainAll(before.get(s));
                    }
                    changed |= !met.equals(before.put(s, met));
                }
            }
        }
        for (Block block : blocks.values()) {
            Set<Var> set = new HashSet<>(before.get(block.id()));
            for (Stmt stmt : block.body()) {
                Trees.visit(stmt, e -> read(e, set));
                if (stmt instanceof Stmt.Assign(Var v, Expr _)) {
                    set.add(v);
                }
            }
            Trees.visit(new Block(block.id(), 0, List.of(), block.end()), e -> read(e, set));
        }
    }

    private void read(Expr expr, Set<Var> set) {
        if (expr instanceof Expr.Read(Var v)) {
            check(set.contains(v), "variable " + v.name() + " (" + v.id() + ") read before it is assigned");
        }
    }
}
