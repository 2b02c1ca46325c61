package org.tornadonn.engine.pass;

import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import org.tornadonn.engine.ir.Expr;

/** Evaluates on the host what depends on constants, arguments and array lengths only, such as the extent of a grid. */
public final class HostEvaluator {
    private HostEvaluator() {}

    /**
     * @param argument value of the scalar parameter at an index
     * @param length number of elements of the array parameter at an index
     */
    public static long evaluate(Expr expr, IntFunction<Object> argument, IntUnaryOperator length) {
        return switch (expr) {
            case Expr.Const c -> ((Number) c.value()).longValue();
            case Expr.Argument a -> ((Number) argument.apply(a.param().index())).longValue();
            case Expr.Length l -> length.applyAsInt(l.array().index());
            case Expr.Unary u -> -evaluate(u.x(), argument, length);
            case Expr.Cast c -> evaluate(c.x(), argument, length);
            case Expr.Binary(Expr.BinaryOp op, Expr x, Expr y) -> {
                long a = evaluate(x, argument, length);
                long b = evaluate(y, argument, length);
                yield switch (op) {
                    case ADD -> a + b;
                    case SUB -> a - b;
                    case MUL -> a * b;
                    case DIV -> a / b;
                    case REM -> a % b;
                    case AND -> a & b;
                    case OR -> a | b;
                    case XOR -> a ^ b;
                    case SHL -> a << b;
                    case SHR -> a >> b;
                    case USHR -> a >>> b;
                };
            }
            case Expr.Call(Expr.Function f, var args)
            when f == Expr.Function.MAX || f == Expr.Function.MIN -> {
                long a = evaluate(args.get(0), argument, length);
                long b = evaluate(args.get(1), argument, length);
                yield f == Expr.Function.MAX ? Math.max(a, b) : Math.min(a, b);
            }
            default -> throw new IllegalArgumentException("not known on the host: " + expr);
        };
    }
}
