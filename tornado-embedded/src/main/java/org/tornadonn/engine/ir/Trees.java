package org.tornadonn.engine.ir;

import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Walks over expressions and statements. */
public final class Trees {
    private Trees() {}

    /** Rebuilds an expression bottom-up, applying {@code f} to each node. */
    public static Expr map(Expr expr, UnaryOperator<Expr> f) {
        Expr rebuilt = switch (expr) {
            case Expr.Load l -> new Expr.Load(l.type(), l.array(), map(l.index(), f));
            case Expr.Unary u -> new Expr.Unary(u.op(), map(u.x(), f));
            case Expr.Binary b -> new Expr.Binary(b.op(), map(b.a(), f), map(b.b(), f));
            case Expr.Compare c -> new Expr.Compare(c.op(), map(c.a(), f), map(c.b(), f));
            case Expr.Order o -> new Expr.Order(map(o.a(), f), map(o.b(), f), o.nan());
            case Expr.Cast c -> new Expr.Cast(c.type(), c.to(), map(c.x(), f));
            case Expr.Call c ->
                new Expr.Call(
                        c.function(), c.args().stream().map(a -> map(a, f)).toList());
            case Expr.Broadcast b -> new Expr.Broadcast(b.type(), map(b.x(), f));
            case Expr.Select s -> new Expr.Select(map(s.condition(), f), map(s.a(), f), map(s.b(), f));
            case Expr.Const _, Expr.Argument _, Expr.Read _, Expr.Length _, Expr.WorkItem _, Expr.Lanes _ -> expr;
        };
        return f.apply(rebuilt);
    }

    /** The statement with {@code f} mapped over its expressions. */
    public static Stmt map(Stmt stmt, UnaryOperator<Expr> f) {
        return switch (stmt) {
            case Stmt.Assign a -> new Stmt.Assign(a.var(), map(a.value(), f));
            case Stmt.Store s -> new Stmt.Store(s.array(), map(s.index(), f), map(s.value(), f));
            case Stmt.AtomicAdd a -> new Stmt.AtomicAdd(a.array(), map(a.index(), f), map(a.value(), f));
            case Stmt.Clear _, Stmt.Barrier _ -> stmt;
        };
    }

    /** The block with {@code f} mapped over its expressions. */
    public static Block map(Block block, UnaryOperator<Expr> f) {
        End end = block.end() instanceof End.Branch(Expr c, int then, int otherwise)
                ? new End.Branch(map(c, f), then, otherwise)
                : block.end();
        return new Block(
                block.id(),
                block.line(),
                block.body().stream().map(s -> map(s, f)).toList(),
                end);
    }

    /** Visits every node of an expression. */
    public static void visit(Expr expr, Consumer<Expr> visitor) {
        map(expr, e -> {
            visitor.accept(e);
            return e;
        });
    }

    /** Whether a node of an expression is such. */
    public static boolean contains(Expr expr, Predicate<Expr> such) {
        boolean[] found = {false};
        visit(expr, e -> found[0] |= such.test(e));
        return found[0];
    }

    /** Visits every node of a statement's expressions. */
    public static void visit(Stmt stmt, Consumer<Expr> visitor) {
        map(stmt, e -> {
            visitor.accept(e);
            return e;
        });
    }

    /** Visits every node of a block's expressions. */
    public static void visit(Block block, Consumer<Expr> visitor) {
        map(block, e -> {
            visitor.accept(e);
            return e;
        });
    }
}
