package org.tornadonn.engine.pass;

import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Expr.BinaryOp;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;

/** Constant folding of I32 arithmetic and of its comparisons, which is what indices, sizes and choices are made of. */
final class Folding {
    private Folding() {}

    static Expr fold(Expr expr) {
        return Trees.map(expr, Folding::node);
    }

    /** Folds one node whose operands are folded. */
    static Expr node(Expr expr) {
        if (expr
                instanceof
                Expr.Compare(Expr.CompareOp op, Expr.Const(Type _, Integer x), Expr.Const(Type _, Integer y))) {
            boolean holds = switch (op) {
                case LT -> x < y;
                case LE -> x <= y;
                case GT -> x > y;
                case GE -> x >= y;
                case EQ -> x.equals(y);
                case NE -> !x.equals(y);
            };
            return new Expr.Const(Type.BOOL, holds);
        }
        if (!(expr instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))
                || !expr.type().equals(Type.I32)) {
            return expr;
        }
        if (a instanceof Expr.Const(Type _, Integer x) && b instanceof Expr.Const(Type _, Integer y)) {
            return switch (op) {
                case ADD -> Expr.Const.of(x + y);
                case SUB -> Expr.Const.of(x - y);
                case MUL -> Expr.Const.of(x * y);
                case DIV -> y == 0 ? expr : Expr.Const.of(x / y);
                case REM -> y == 0 ? expr : Expr.Const.of(x % y);
                case AND -> Expr.Const.of(x & y);
                case OR -> Expr.Const.of(x | y);
                case XOR -> Expr.Const.of(x ^ y);
                case SHL -> Expr.Const.of(x << y);
                case SHR -> Expr.Const.of(x >> y);
                case USHR -> Expr.Const.of(x >>> y);
            };
        }
        if (b.equals(Expr.Const.of(0)) && (op == BinaryOp.ADD || op == BinaryOp.SUB)) {
            return a;
        }
        if (a.equals(Expr.Const.of(0)) && op == BinaryOp.ADD) {
            return b;
        }
        return expr;
    }
}
