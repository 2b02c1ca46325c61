package org.tornadonn.engine.interpret;

import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Scalar;
import uk.ac.manchester.tornado.api.types.BFloat16;

/** Java's arithmetic on boxed scalars: the meaning of the IR's operations. */
final class Arithmetic {
    private Arithmetic() {}

    static Object binary(Expr.BinaryOp op, Object a, Object b) {
        return switch (a) {
            case Float x -> real(op, x, (Float) b);
            case Double x -> real(op, x, (Double) b);
            case Integer x -> integer(op, x, (Integer) b);
            case Long x -> integer(op, x, ((Number) b).longValue());
            case Boolean x -> logical(op, x, (Boolean) b);
            default -> throw new IllegalStateException("operand " + a);
        };
    }

    private static Object real(Expr.BinaryOp op, float a, float b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            default -> throw new IllegalStateException(op + " of floats");
        };
    }

    private static Object real(Expr.BinaryOp op, double a, double b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            default -> throw new IllegalStateException(op + " of doubles");
        };
    }

    private static Object integer(Expr.BinaryOp op, int a, int b) {
        return switch (op) {
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

    private static Object integer(Expr.BinaryOp op, long a, long b) {
        return switch (op) {
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

    private static Object logical(Expr.BinaryOp op, boolean a, boolean b) {
        return switch (op) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            default -> throw new IllegalStateException(op + " of booleans");
        };
    }

    static Object unary(Expr.UnaryOp op, Object x) {
        return switch (x) {
            case Float f -> -f;
            case Double d -> -d;
            case Integer i -> -i;
            case Long l -> -l;
            case Boolean b when op == Expr.UnaryOp.NOT -> !b;
            default -> throw new IllegalStateException(op + " of " + x);
        };
    }

    static boolean compare(Expr.CompareOp op, Object a, Object b) {
        if (a instanceof Float || a instanceof Double) {
            double x = ((Number) a).doubleValue();
            double y = ((Number) b).doubleValue();
            return switch (op) {
                case LT -> x < y;
                case LE -> x <= y;
                case GT -> x > y;
                case GE -> x >= y;
                case EQ -> x == y;
                case NE -> x != y;
            };
        }
        int order = Long.compare(((Number) a).longValue(), ((Number) b).longValue());
        return switch (op) {
            case LT -> order < 0;
            case LE -> order <= 0;
            case GT -> order > 0;
            case GE -> order >= 0;
            case EQ -> order == 0;
            case NE -> order != 0;
        };
    }

    static int order(Object a, Object b, int nan) {
        return compare(Expr.CompareOp.LT, a, b)
                ? -1
                : compare(Expr.CompareOp.GT, a, b) ? 1 : compare(Expr.CompareOp.EQ, a, b) ? 0 : nan;
    }

    static Object cast(Scalar to, Object x) {
        Number n = (Number) x;
        boolean real = x instanceof Float || x instanceof Double;
        return switch (to) {
            case F32 -> x instanceof Long l ? (Object) (float) (long) l : (Object) n.floatValue();
            case F64 -> n.doubleValue();
            case I32 -> real ? (Object) (int) n.doubleValue() : (Object) n.intValue();
            case I64 -> real ? (Object) (long) n.doubleValue() : (Object) n.longValue();
            case I8 -> (int) n.byteValue();
            case I16 -> (int) n.shortValue();
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(n.floatValue()));
            case BF16 -> BFloat16.bf16ToFloat(BFloat16.bf16FromFloat(n.floatValue()));
            case BOOL -> throw new IllegalStateException("cast to a boolean");
        };
    }

    static Object call(Expr.Function f, Object[] args) {
        Object a = args[0];
        Object b = args.length > 1 ? args[1] : null;
        return switch (f) {
            case MIN -> compareNaN(a, b) ? nan(a) : compare(Expr.CompareOp.LT, a, b) ? a : b;
            case MAX -> compareNaN(a, b) ? nan(a) : compare(Expr.CompareOp.GT, a, b) ? a : b;
            case ABS -> compare(Expr.CompareOp.LT, a, cast(kind(a), 0)) ? unary(Expr.UnaryOp.NEG, a) : a;
            case CLAMP -> call(Expr.Function.MIN, new Object[] {call(Expr.Function.MAX, new Object[] {a, b}), args[2]});
            default -> cast(kind(a), real(f, ((Number) a).doubleValue(), b == null ? 0 : ((Number) b).doubleValue()));
        };
    }

    private static boolean compareNaN(Object a, Object b) {
        return compare(Expr.CompareOp.NE, a, a) || compare(Expr.CompareOp.NE, b, b);
    }

    private static Object nan(Object like) {
        return cast(kind(like), Double.NaN);
    }

    private static Scalar kind(Object x) {
        return switch (x) {
            case Float _ -> Scalar.F32;
            case Double _ -> Scalar.F64;
            case Long _ -> Scalar.I64;
            default -> Scalar.I32;
        };
    }

    private static double real(Expr.Function f, double x, double y) {
        return switch (f) {
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case LOG2 -> Math.log(x) / Math.log(2);
            case SQRT -> Math.sqrt(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TAN -> Math.tan(x);
            case TANH -> Math.tanh(x);
            case ATAN -> Math.atan(x);
            case ASIN -> Math.asin(x);
            case ACOS -> Math.acos(x);
            case POW -> Math.pow(x, y);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case SIGNUM -> Math.signum(x);
            case MIN, MAX, ABS, CLAMP -> throw new IllegalStateException(f + " is not real only");
        };
    }
}
