package org.tornadonn.engine.interpret;

import java.util.List;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/** Expressions as functions of a work-item. A vector is an Object[] of its lanes, and an operation works lane by lane. */
final class Evaluation {
    @FunctionalInterface
    interface Eval {
        Object of(Item item);
    }

    @FunctionalInterface
    private interface LaneOp {
        Object of(Object[] operands);
    }

    private final Object[] arguments;
    private final int[] lengths;
    private final Counts counts;

    /**
     * @param arguments scalars by parameter index
     * @param lengths array lengths by parameter index
     * @param counts where operations are counted, or null
     */
    Evaluation(Object[] arguments, int[] lengths, Counts counts) {
        this.arguments = arguments;
        this.lengths = lengths;
        this.counts = counts;
    }

    Eval of(Expr expr) {
        return switch (expr) {
            case Expr.Const c -> _ -> c.value();
            case Expr.Argument(Param.Value p) -> {
                Object value = arguments[p.index()];
                yield _ -> value;
            }
            case Expr.Read(Var v) ->
                item -> {
                    Object value = item.vars[v.id()];
                    if (value == null) {
                        throw item.fault("variable " + v.name() + " is read before it is assigned");
                    }
                    return value;
                };
            case Expr.Length(Storage.Global g) -> {
                Object length = lengths[g.index()];
                yield _ -> length;
            }
            case Expr.WorkItem(Expr.Query q, int d) -> item -> item.query(q, d);
            case Expr.Load l -> load(l);
            case Expr.Unary u -> lanes(u.type(), counted(u.type(), x -> Arithmetic.unary(u.op(), x[0])), u.x());
            case Expr.Binary b ->
                lanes(b.type(), counted(b.type(), x -> Arithmetic.binary(b.op(), x[0], x[1])), b.a(), b.b());
            case Expr.Compare c -> lanes(c.type(), x -> Arithmetic.compare(c.op(), x[0], x[1]), c.a(), c.b());
            case Expr.Order o -> lanes(o.type(), x -> Arithmetic.order(x[0], x[1], o.nan()), o.a(), o.b());
            case Expr.Cast c -> lanes(c.type(), x -> Arithmetic.cast(c.to(), x[0]), c.x());
            case Expr.Call c ->
                lanes(
                        c.type(),
                        counted(c.type(), x -> Arithmetic.call(c.function(), x)),
                        c.args().toArray(Expr[]::new));
            case Expr.Select s -> lanes(s.type(), x -> (Boolean) x[0] ? x[1] : x[2], s.condition(), s.a(), s.b());
            case Expr.Broadcast(Type type, Expr x) -> {
                Eval scalar = of(x);
                yield item -> {
                    Object[] vector = new Object[type.lanes()];
                    java.util.Arrays.fill(vector, scalar.of(item));
                    return vector;
                };
            }
            case Expr.Lanes(Type type) ->
                _ -> {
                    Object[] vector = new Object[type.lanes()];
                    java.util.Arrays.setAll(vector, i -> i);
                    return vector;
                };
        };
    }

    private Eval load(Expr.Load l) {
        Eval index = of(l.index());
        int lanes = l.type().lanes();
        if (lanes == 1) {
            return item -> item.arrays.get(l.array()).load((Integer) index.of(item), item);
        }
        return item -> {
            int first = (Integer) index.of(item);
            Cells cells = item.arrays.get(l.array());
            Object[] vector = new Object[lanes];
            for (int i = 0; i < lanes; i++) {
                vector[i] = cells.load(first + i, item);
            }
            return vector;
        };
    }

    private LaneOp counted(Type type, LaneOp op) {
        if (counts == null || !type.scalar().isFloat()) {
            return op;
        }
        return operands -> {
            counts.operation();
            return op.of(operands);
        };
    }

    private Eval lanes(Type type, LaneOp op, Expr... operands) {
        List<Eval> evals = java.util.Arrays.stream(operands).map(this::of).toList();
        int count = evals.size();
        if (!type.isVector()) {
            return item -> {
                Object[] values = new Object[count];
                for (int k = 0; k < count; k++) {
                    values[k] = evals.get(k).of(item);
                }
                return op.of(values);
            };
        }
        return item -> {
            Object[][] vectors = new Object[count][];
            for (int k = 0; k < count; k++) {
                vectors[k] = (Object[]) evals.get(k).of(item);
            }
            Object[] result = new Object[type.lanes()];
            Object[] values = new Object[count];
            for (int i = 0; i < result.length; i++) {
                for (int k = 0; k < count; k++) {
                    values[k] = vectors[k][i];
                }
                result[i] = op.of(values);
            }
            return result;
        };
    }
}
