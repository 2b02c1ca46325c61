package org.tornadonn.engine.ir;

import java.util.List;

/**
 * Expressions. They have no side effects; a {@link Load} reads memory at the place in the statement order where its
 * statement stands. Operands of {@link Binary}, {@link Compare} and {@link Select} have equal types (shift counts are I32
 * of the same lanes).
 */
public sealed interface Expr {
    Type type();

    /** A constant: Integer, Long, Float, Double or Boolean, matching the type. */
    record Const(Type type, Object value) implements Expr {
        public static Const of(int value) {
            return new Const(Type.I32, value);
        }

        public static Const of(float value) {
            return new Const(Type.F32, value);
        }
    }

    /** The value of a scalar parameter. */
    record Argument(Param.Value param) implements Expr {
        @Override
        public Type type() {
            return param.type();
        }
    }

    record Read(Var var) implements Expr {
        @Override
        public Type type() {
            return var.type();
        }
    }

    /** Number of elements of an array argument (getSize()). */
    record Length(Storage.Global array) implements Expr {
        @Override
        public Type type() {
            return Type.I32;
        }
    }

    /** A work-item function, as in OpenCL: I32, dimension 0 to 2. */
    record WorkItem(Query query, int dimension) implements Expr {
        @Override
        public Type type() {
            return Type.I32;
        }
    }

    enum Query {
        GLOBAL_ID,
        LOCAL_ID,
        GROUP_ID,
        GLOBAL_SIZE,
        LOCAL_SIZE,
        NUM_GROUPS
    }

    /** One element, or {@code type.lanes()} consecutive ones beginning at {@code index} (an I32 scalar), as {@link Scalar#value}. */
    record Load(Type type, Storage array, Expr index) implements Expr {}

    /** NEG: arithmetic; NOT: logical, of BOOL. */
    record Unary(UnaryOp op, Expr x) implements Expr {
        @Override
        public Type type() {
            return x.type();
        }
    }

    enum UnaryOp {
        NEG,
        NOT
    }

    /** Java's arithmetic: wrapping integers, masked shift counts, truncating DIV and REM. AND, OR, XOR also on BOOL. */
    record Binary(BinaryOp op, Expr a, Expr b) implements Expr {
        @Override
        public Type type() {
            return a.type();
        }
    }

    enum BinaryOp {
        ADD,
        SUB,
        MUL,
        DIV,
        REM,
        AND,
        OR,
        XOR,
        SHL,
        SHR,
        USHR
    }

    /** A comparison; false when an operand is NaN, except NE, which is then true. Result: BOOL of the operands' lanes. */
    record Compare(CompareOp op, Expr a, Expr b) implements Expr {
        @Override
        public Type type() {
            return Type.BOOL.withLanes(a.type().lanes());
        }
    }

    enum CompareOp {
        LT,
        LE,
        GT,
        GE,
        EQ,
        NE
    }

    /** Java's three-way floating-point comparison: -1, 0 or 1, and {@code nan} when unordered. */
    record Order(Expr a, Expr b, int nan) implements Expr {
        @Override
        public Type type() {
            return Type.I32.withLanes(a.type().lanes());
        }
    }

    /**
     * Java's conversion (saturating from floating point to integer; to I8 and I16 as a sign-extended I32). To F16 and BF16: the nearest
     * such number as an F32, ties to even.
     */
    record Cast(Type type, Scalar to, Expr x) implements Expr {}

    /** A function of the mathematics library. */
    record Call(Function function, List<Expr> args) implements Expr {
        @Override
        public Type type() {
            return args.getFirst().type();
        }
    }

    /** MIN, MAX and ABS are defined on I32, I64, F32 and F64; the others on F32 and F64. */
    enum Function {
        MIN,
        MAX,
        ABS,
        EXP,
        LOG,
        LOG2,
        SQRT,
        SIN,
        COS,
        TAN,
        TANH,
        ATAN,
        ASIN,
        ACOS,
        POW,
        FLOOR,
        CEIL,
        SIGNUM,
        CLAMP
    }

    /** {@code condition ? a : b}; both sides may be evaluated. */
    record Select(Expr condition, Expr a, Expr b) implements Expr {
        @Override
        public Type type() {
            return a.type();
        }
    }

    /** A scalar repeated in every lane. */
    record Broadcast(Type type, Expr x) implements Expr {}

    /** 0, 1, 2, ... in the lanes of an I32 vector. */
    record Lanes(Type type) implements Expr {}
}
