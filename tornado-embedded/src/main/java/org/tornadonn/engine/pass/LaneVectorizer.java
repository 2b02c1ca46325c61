package org.tornadonn.engine.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/**
 * Turns lane loops into vector statements: {@code for (int l = 0; l < 16; l++)} (or 8, or 4) without control flow inside, whose
 * array indices are either the same in all trips or that plus l, whose stores do not touch what other trips use, and which
 * carries no value from trip to trip. Any other loop stays as it is.
 */
final class LaneVectorizer {
    private static final Set<Integer> WIDTHS = Set.of(4, 8, 16);

    private record Index(List<Expr> terms, int lane) {
        List<String> key() {
            return terms.stream().map(Expr::toString).sorted().toList();
        }

        Expr base() {
            return terms.stream()
                    .reduce((a, b) -> Folding.node(new Expr.Binary(Expr.BinaryOp.ADD, a, b)))
                    .orElse(Expr.Const.of(0));
        }
    }

    private record Access(Object memory, Index index, boolean store) {}

    private static final class NotLanes extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotLanes() {
            super(null, null, false, false);
        }
    }

    private final CountedLoop loop;
    private final List<Integer> aliases;
    private int nextVar;
    private final Set<Var> assigned = new HashSet<>();

    /** What each variable of the body holds now: an index expression, or a fresh variable, scalar or vector. */
    private final Map<Var, Expr> current = new HashMap<>();

    private final List<Access> accesses = new ArrayList<>();
    private final List<Stmt> out = new ArrayList<>();

    private LaneVectorizer(CountedLoop loop, List<Integer> aliases, int nextVar) {
        this.loop = loop;
        this.aliases = aliases;
        this.nextVar = nextVar;
    }

    static Kernel run(Kernel kernel, List<Integer> aliases) {
        Kernel current = kernel;
        Set<Integer> refused = new HashSet<>();
        while (true) {
            Map<Integer, Block> blocks = new LinkedHashMap<>();
            current.blocks().forEach(b -> blocks.put(b.id(), b));
            Optional<CountedLoop> loop = CountedLoop.find(blocks).stream()
                    .filter(l -> WIDTHS.contains(l.trips())
                            && !refused.contains(l.header().id()))
                    .findFirst();
            if (loop.isEmpty()) {
                return current;
            }
            int nextVar = 1
                    + current.blocks().stream()
                            .flatMap(b -> b.body().stream())
                            .mapToInt(s -> s instanceof Stmt.Assign(Var v, Expr _) ? v.id() : 0)
                            .max()
                            .orElse(0);
            LaneVectorizer vectorizer = new LaneVectorizer(loop.get(), aliases, nextVar);
            try {
                vectorizer.vectorize(current);
            } catch (NotLanes _) {
                refused.add(loop.get().header().id());
                continue;
            }
            loop.get().replace(blocks, vectorizer.out);
            current = CountedLoop.with(current, blocks);
        }
    }

    private void vectorize(Kernel kernel) {
        for (Stmt stmt : loop.work()) {
            if (stmt instanceof Stmt.Assign(Var var, Expr _)) {
                assigned.add(var);
            }
        }
        for (Block block : kernel.blocks()) {
            if (block.id() != loop.body().id()) {
                Trees.visit(block, e -> {
                    if (e instanceof Expr.Read(Var v) && assigned.contains(v)) {
                        throw new NotLanes();
                    }
                });
            }
        }
        for (Stmt stmt : loop.work()) {
            switch (Trees.map(stmt, this::now)) {
                case Stmt.Assign(Var var, Expr value) -> assign(var, value);
                case Stmt.Store(Storage array, Expr index, Expr value) -> {
                    Index place = index(index);
                    if (place.lane() != 1) {
                        throw new NotLanes();
                    }
                    Expr lanes = vector(value);
                    accesses.add(new Access(memory(array), place, true));
                    out.add(new Stmt.Store(array, place.base(), lanes));
                }
                default -> throw new NotLanes();
            }
        }
        for (Access store : accesses) {
            for (Access other : accesses) {
                if (store.store()
                        && store.memory().equals(other.memory())
                        && (other.index().lane() != 1
                                || !store.index().key().equals(other.index().key()))) {
                    throw new NotLanes();
                }
            }
        }
    }

    private Expr now(Expr e) {
        if (!(e instanceof Expr.Read(Var v)) || !assigned.contains(v)) {
            return e;
        }
        if (!current.containsKey(v)) {
            // It holds what the trip before left in it.
            throw new NotLanes();
        }
        return current.get(v);
    }

    private void assign(Var var, Expr value) {
        boolean varies = varies(value);
        if (value.type().equals(Type.I32)
                && !Trees.contains(
                        value,
                        e -> e instanceof Expr.Load
                                || e instanceof Expr.Read(Var v) && v.type().isVector())) {
            current.put(var, value);
            return;
        }
        Expr result = varies ? vector(value) : scalar(value);
        Var fresh = new Var(nextVar++, var.name(), result.type());
        out.add(new Stmt.Assign(fresh, result));
        current.put(var, new Expr.Read(fresh));
    }

    private boolean varies(Expr expr) {
        return Trees.contains(
                expr,
                e -> e instanceof Expr.Read(Var v)
                        && (v.equals(loop.var()) || v.type().isVector()));
    }

    private Expr scalar(Expr expr) {
        return Trees.map(expr, e -> {
            if (e instanceof Expr.Load(Type _, Storage array, Expr index)) {
                accesses.add(new Access(memory(array), index(index), false));
            }
            return e;
        });
    }

    private Expr vector(Expr expr) {
        if (expr.type().scalar() == Scalar.F64 || expr.type().scalar() == Scalar.I64) {
            throw new NotLanes();
        }
        Type type = expr.type().withLanes(loop.trips());
        if (!varies(expr)) {
            if (type.scalar() == Scalar.BOOL) {
                // True is -1 in lanes and 1 outside of them.
                throw new NotLanes();
            }
            return new Expr.Broadcast(type, scalar(expr));
        }
        return switch (expr) {
            case Expr.Read(Var v) -> v.equals(loop.var()) ? new Expr.Lanes(type) : expr;
            case Expr.Load(Type _, Storage array, Expr index) -> {
                Index place = index(index);
                if (place.lane() != 1) {
                    throw new NotLanes();
                }
                accesses.add(new Access(memory(array), place, false));
                yield new Expr.Load(type, array, place.base());
            }
            case Expr.Unary u -> new Expr.Unary(u.op(), vector(u.x()));
            case Expr.Binary b -> new Expr.Binary(b.op(), vector(b.a()), vector(b.b()));
            case Expr.Compare c -> new Expr.Compare(c.op(), vector(c.a()), vector(c.b()));
            case Expr.Cast c
            when c.to().value() == Scalar.F32 || c.to() == Scalar.I32 -> new Expr.Cast(type, c.to(), vector(c.x()));
            case Expr.Call c ->
                new Expr.Call(c.function(), c.args().stream().map(this::vector).toList());
            case Expr.Select s -> new Expr.Select(vector(s.condition()), vector(s.a()), vector(s.b()));
            default -> throw new NotLanes();
        };
    }

    private Object memory(Storage array) {
        return array instanceof Storage.Global g ? (Object) aliases.get(g.index()) : array;
    }

    /** The index as a sum of terms that are the same in all trips, plus 0 or 1 times the lane. */
    private Index index(Expr expr) {
        if (!varies(expr)) {
            return new Index(terms(expr), 0);
        }
        if (expr instanceof Expr.Read(Var v) && v.equals(loop.var())) {
            return new Index(List.of(), 1);
        }
        if (expr instanceof Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) && op == Expr.BinaryOp.ADD) {
            Index left = index(a);
            Index right = index(b);
            List<Expr> terms = new ArrayList<>(left.terms());
            terms.addAll(right.terms());
            return new Index(terms, left.lane() + right.lane());
        }
        throw new NotLanes();
    }

    private static List<Expr> terms(Expr expr) {
        if (expr instanceof Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) && op == Expr.BinaryOp.ADD) {
            List<Expr> terms = new ArrayList<>(terms(a));
            terms.addAll(terms(b));
            return terms;
        }
        return List.of(expr);
    }
}
