package org.tornadonn.engine.emit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tornadonn.engine.ir.Block;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Lowered;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;
import org.tornadonn.engine.ir.Var;

/**
 * Writes a lowered kernel as OpenCL C 1.2. Parameters: a pointer and an int length for an array, a value for a scalar, nothing
 * for a context. Loops are written with goto, which drivers compile as well as structured ones.
 */
public final class OpenClWriter {
    private static final Set<String> RESERVED = Set.of(
            "auto",
            "break",
            "case",
            "char",
            "const",
            "continue",
            "default",
            "do",
            "double",
            "else",
            "enum",
            "extern",
            "float",
            "for",
            "goto",
            "if",
            "int",
            "long",
            "register",
            "return",
            "short",
            "signed",
            "sizeof",
            "static",
            "struct",
            "switch",
            "typedef",
            "union",
            "unsigned",
            "void",
            "volatile",
            "while",
            "kernel",
            "global",
            "local",
            "constant",
            "private",
            "half",
            "bool",
            "image2d_t",
            "sampler_t",
            "event_t",
            "uchar",
            "ushort",
            "uint",
            "ulong",
            "min",
            "max",
            "abs",
            "exp",
            "log",
            "sqrt",
            "step",
            "clamp",
            "select",
            "dot",
            "cross",
            "length",
            "distance",
            "normalize",
            "sign",
            "mix",
            "tanh",
            "pow",
            "floor",
            "ceil",
            "fabs",
            "fma",
            "mad",
            "as_int",
            "isnan");

    /**
     * exp of lanes: x = n ln 2 + r; 2 e^r by a minimax polynomial; 2^(n - 1) from the low bits of n + 126, which stand in those of the
     * sum with 1.5 * 2^23 + 126. Below 1.3 ulp; what is under e^-87 becomes 0; NaN stays NaN.
     */
    private static final String EXPONENTIAL = """
            #ifndef EXP_FLOATS
            #define EXP_FLOATS
            FLOATS exp_FLOATS(FLOATS x) {
                FLOATS c = select(x, (FLOATS)(-87.5f), x < -87.5f);
                c = select(c, (FLOATS)(89.0f), c > 89.0f);
                FLOATS rounded = fma(c, (FLOATS)(1.44269504f), (FLOATS)(12583038.0f));
                FLOATS n = rounded - 12583038.0f;
                FLOATS r = fma(n, (FLOATS)(2.12194440e-4f), fma(n, (FLOATS)(-0.693359375f), c));
                FLOATS p = 2.7626329e-3f;
                p = fma(p, r, (FLOATS)(1.6738838e-2f));
                p = fma(p, r, (FLOATS)(8.3336912e-2f));
                p = fma(p, r, (FLOATS)(3.3333030e-1f));
                p = fma(p, r, (FLOATS)(9.9999988e-1f));
                p = fma(p, r * r, fma(r, (FLOATS)(2.0f), (FLOATS)(2.0f)));
                return p * as_FLOATS(as_INTS(rounded) << 23);
            }
            #endif
            """;

    /** To bfloat16, ties to even; all NaN become one. */
    private static final String TO_BFLOAT16 = """
            #ifndef BFLOAT16_FLOATS
            #define BFLOAT16_FLOATS
            SHORTS bfloat16_FLOATS(FLOATS x) {
                INTS u = as_INTS(x);
                u = select(u + 0x7FFFu + (u >> 16 & 1u), (INTS)(0x7FC00000u), x != x);
                return UPPER;
            }
            #endif
            """;

    /** The nearest half as a float; without an extension OpenCL C rounds to half in memory only. */
    private static final String ROUND_HALF = """
            #ifndef HALF_FLOATS
            #define HALF_FLOATS
            FLOATS half_FLOATS(FLOATS x) {
                SHORTS h;
                vstore_half_rte(x, 0, (half*) &h);
                return vload_half(0, (half*) &h);
            }
            #endif
            """;

    private final Kernel kernel;
    private final StringBuilder text = new StringBuilder();
    private final Set<String> used = new HashSet<>(RESERVED);
    private final Map<Object, String> names = new LinkedHashMap<>();

    private OpenClWriter(Kernel kernel) {
        this.kernel = kernel;
    }

    public static String write(Kernel kernel) {
        return new OpenClWriter(kernel).write();
    }

    /** The iterations of each dimension as C, in terms of the kernel's parameters. */
    public static List<String> extents(Lowered lowered) {
        OpenClWriter writer = new OpenClWriter(lowered.kernel());
        writer.signature();
        return lowered.extents().stream().map(writer::expr).toList();
    }

    private String write() {
        text.append("// ").append(kernel.source()).append('\n');
        lanes();
        exponentials();
        sixteenBits();
        signature();
        declarations();
        for (int i = 0; i < kernel.blocks().size(); i++) {
            Block block = kernel.blocks().get(i);
            int next =
                    i + 1 < kernel.blocks().size() ? kernel.blocks().get(i + 1).id() : -1;
            text.append("b").append(block.id()).append(":;\n");
            block.body().forEach(s -> line(statement(s)));
            end(block.end(), next);
        }
        return text.append("}\n").toString();
    }

    private void line(String code) {
        text.append("    ").append(code).append('\n');
    }

    /**
     * Types for stores of vectors. PoCL's vstore16 becomes four stores of a quarter each, which the next load of the whole waits for:
     * the backward kernels of the norms take 15 % longer, that of attention 6 %.
     * Guarded, so that the sources of several kernels can be put together to one program.
     */
    private void lanes() {
        kernel.blocks().stream()
                .flatMap(b -> b.body().stream())
                .flatMap(s -> s instanceof Stmt.Store(Storage array, Expr _, Expr value)
                                && value.type().isVector()
                                && array.element() != Scalar.F16
                        ? Stream.of(new Type(array.element(), value.type().lanes()))
                        : Stream.empty())
                .distinct()
                .forEach(t -> text.append("""
                        #ifndef LANES_TYPE
                        #define LANES_TYPE
                        typedef struct __attribute__((packed, aligned(BYTES))) { TYPE v; } lanes_TYPE;
                        #endif
                        """.replace("TYPE", type(t))
                        .replace("BYTES", "" + t.scalar().bytes())));
    }

    private void exponentials() {
        kernel.blocks().stream()
                .<Expr>mapMulti(Trees::visit)
                .filter(e -> e instanceof Expr.Call(Expr.Function f, List<Expr> _)
                        && f == Expr.Function.EXP
                        && e.type().isVector())
                .map(Expr::type)
                .distinct()
                .forEach(t -> text.append(EXPONENTIAL.replace("FLOATS", type(t)).replace("INTS", "int" + t.lanes())));
    }

    private void sixteenBits() {
        Stream<Expr> casts = kernel.blocks().stream().mapMulti(Trees::visit);
        Stream<Conversion> rounded = casts.flatMap(
                e -> e instanceof Expr.Cast(Type type, Scalar to, Expr _) && (to == Scalar.F16 || to == Scalar.BF16)
                        ? Stream.of(new Conversion(to, type.lanes()))
                        : Stream.empty());
        Stream<Conversion> stored = kernel.blocks().stream()
                .flatMap(b -> b.body().stream())
                .flatMap(s -> s instanceof Stmt.Store(Storage array, Expr _, Expr value)
                                && array.element() == Scalar.BF16
                        ? Stream.of(new Conversion(Scalar.BF16, value.type().lanes()))
                        : Stream.empty());
        Stream.concat(rounded, stored).distinct().forEach(c -> {
            String lanes = c.lanes() > 1 ? "" + c.lanes() : "";
            text.append((c.format() == Scalar.F16 ? ROUND_HALF : TO_BFLOAT16)
                    .replace("FLOATS", "float" + lanes)
                    .replace("INTS", "uint" + lanes)
                    .replace("UPPER", c.lanes() > 1 ? "(SHORTS)(as_SHORTS(u.lo).odd, as_SHORTS(u.hi).odd)" : "u >> 16")
                    .replace("SHORTS", "ushort" + lanes)
                    .replace("vload_half", "vload_half" + lanes)
                    .replace("vstore_half", "vstore_half" + lanes));
        });
    }

    private record Conversion(Scalar format, int lanes) {}

    private static String space(Storage array) {
        return switch (array) {
            case Storage.Global _ -> "__global";
            case Storage.Local _ -> "__local";
            case Storage.Private _ -> "__private";
        };
    }

    private void signature() {
        Set<Storage> stored = kernel.written();
        text.append("__kernel void ").append(kernel.name()).append('(');
        String separator = "";
        for (Param param : kernel.params()) {
            switch (param) {
                case Param.Context _ -> {
                    continue;
                }
                case Param.Value v ->
                    text.append(separator)
                            .append("const ")
                            .append(type(v.type()))
                            .append(' ')
                            .append(name(v, v.name()));
                case Param.Array(Storage.Global g) -> {
                    String name = name(g, g.name());
                    text.append(separator)
                            .append("__global ")
                            .append(stored.contains(g) ? "" : "const ")
                            .append(element(g.element()))
                            .append("* ")
                            .append(name)
                            .append(", const int ")
                            .append(name)
                            .append("_size");
                }
            }
            separator = ", ";
        }
        text.append(") {\n");
    }

    private void declarations() {
        Set<Storage> arrays = new LinkedHashSet<>();
        Set<Var> vars = new LinkedHashSet<>();
        for (Block block : kernel.blocks()) {
            for (Stmt stmt : block.body()) {
                switch (stmt) {
                    case Stmt.Assign(Var v, Expr _) -> vars.add(v);
                    case Stmt.Store(Storage array, Expr _, Expr _) -> arrays.add(array);
                    case Stmt.Clear(Storage.Private array) -> arrays.add(array);
                    case Stmt.AtomicAdd(Storage array, Expr _, Expr _) -> arrays.add(array);
                    case Stmt.Barrier _ -> {}
                }
            }
            Trees.visit(block, e -> {
                if (e instanceof Expr.Load(Type _, Storage array, Expr _)) {
                    arrays.add(array);
                }
            });
        }
        for (Storage array : arrays) {
            switch (array) {
                case Storage.Local l ->
                    line("__local " + element(l.element()) + " " + name(l, l.name()) + "["
                            + ((Expr.Const) l.length()).value() + "] __attribute__((aligned(64)));");
                case Storage.Private p ->
                    line(element(p.element()) + " " + name(p, p.name()) + "[" + p.length()
                            + "] __attribute__((aligned(64)));");
                case Storage.Global _ -> {}
            }
        }
        vars.forEach(v -> line(type(v.type()) + " " + name(v, v.name()) + ";"));
    }

    private String name(Object key, String wish) {
        return names.computeIfAbsent(key, _ -> {
            String name = wish.replaceAll("[^A-Za-z0-9_]", "_");
            for (int i = 1; !used.add(name); i++) {
                name = wish + "_" + i;
            }
            return name;
        });
    }

    private static String element(Scalar scalar) {
        return switch (scalar) {
            case BOOL, I8 -> "char";
            case I16 -> "short";
            case I32 -> "int";
            case I64 -> "long";
            case F32 -> "float";
            case F16 -> "half";
            case BF16 -> "ushort";
            case F64 -> "double";
        };
    }

    private static String type(Type type) {
        String scalar = type.scalar() == Scalar.BOOL ? "int" : element(type.scalar());
        return scalar + lanes(type);
    }

    private static String lanes(Type type) {
        return type.isVector() ? "" + type.lanes() : "";
    }

    private void end(End end, int next) {
        switch (end) {
            case End.Jump(int target) -> {
                if (target != next) {
                    line("goto b" + target + ";");
                }
            }
            case End.Branch(Expr c, int then, int otherwise) -> {
                line("if (" + expr(c) + ") goto b" + then + ";");
                if (otherwise != next) {
                    line("goto b" + otherwise + ";");
                }
            }
            case End.Return _ -> line("return;");
        }
    }

    private String statement(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Assign(Var v, Expr value) -> name(v, v.name()) + " = " + expr(value) + ";";
            case Stmt.Store(Storage array, Expr index, Expr value)
            when array.element() == Scalar.F16 ->
                "vstore_half" + lanes(value.type()) + "_rte(" + expr(value) + ", 0, " + at(array, index) + ");";
            case Stmt.Store(Storage array, Expr index, Expr value) -> {
                Type type = value.type();
                String stored = array.element() == Scalar.BF16
                        ? "bfloat16_" + type(type) + "(" + expr(value) + ")"
                        : expr(value);
                yield type.isVector()
                        ? "((" + space(array) + " lanes_" + type(new Type(array.element(), type.lanes())) + "*) ("
                                + at(array, index) + "))->v = " + stored + ";"
                        : element(array, index) + " = " + stored + ";";
            }
            case Stmt.Clear(Storage.Private array) ->
                "for (int i = 0; i < " + array.length() + "; i++) " + names.get(array) + "[i] = 0;";
            case Stmt.Barrier(boolean global) ->
                "barrier(CLK_LOCAL_MEM_FENCE" + (global ? " | CLK_GLOBAL_MEM_FENCE" : "") + ");";
            case Stmt.AtomicAdd(Storage array, Expr index, Expr value) ->
                (array.element() == Scalar.I64 ? "atom_add(&" : "atomic_add(&") + names.get(array) + "[" + expr(index)
                        + "], " + expr(value) + ");";
        };
    }

    /**
     * A place in an array, its sum of terms added to the pointer one by one, constants last. So a driver moves the terms that a loop
     * does not change out of it; added up as an int first, some stay, for the sum might wrap (on PoCL that costs matrix products and
     * attention 13 to 23 %). Where Java's sum wraps around, C leaves it undefined either way.
     */
    private String at(Storage array, Expr index) {
        List<String> terms = new ArrayList<>();
        List<String> constants = new ArrayList<>();
        terms(index, terms, constants);
        terms.addAll(constants);
        return names.get(array) + " + " + String.join(" + ", terms);
    }

    private String element(Storage array, Expr index) {
        return index instanceof Expr.Binary
                ? "*(" + at(array, index) + ")"
                : names.get(array) + "[" + expr(index) + "]";
    }

    private void terms(Expr index, List<String> terms, List<String> constants) {
        if (index instanceof Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) && op == Expr.BinaryOp.ADD) {
            terms(a, terms, constants);
            terms(b, terms, constants);
        } else {
            (index instanceof Expr.Const ? constants : terms).add(expr(index));
        }
    }

    private String expr(Expr expr) {
        return switch (expr) {
            case Expr.Const c -> constant(c);
            case Expr.Argument(Param.Value p) -> names.get(p);
            case Expr.Read(Var v) -> name(v, v.name());
            case Expr.Length(Storage.Global g) -> names.get(g) + "_size";
            case Expr.WorkItem(Expr.Query q, int d) -> "(int) get_" + q.name().toLowerCase() + "(" + d + ")";
            case Expr.Load(Type type, Storage array, Expr index)
            when array.element() == Scalar.F16 -> "vload_half" + lanes(type) + "(0, " + at(array, index) + ")";
            case Expr.Load(Type type, Storage array, Expr index)
            when array.element() == Scalar.BF16 ->
                "as_" + type(type) + "(convert_uint" + lanes(type) + "("
                        + (type.isVector()
                                ? "vload" + type.lanes() + "(0, " + at(array, index) + ")"
                                : element(array, index))
                        + ") << 16)";
            case Expr.Load(Type type, Storage array, Expr index) ->
                type.isVector() ? "vload" + type.lanes() + "(0, " + at(array, index) + ")" : element(array, index);
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> (op == Expr.UnaryOp.NEG ? "(-" : "(!") + expr(x) + ")";
            case Expr.Binary b -> binary(b);
            case Expr.Compare(Expr.CompareOp op, Expr a, Expr b) ->
                "(" + expr(a) + " " + symbol(op) + " " + expr(b) + ")";
            case Expr.Order(Expr a, Expr b, int nan) ->
                "(" + expr(a) + " < " + expr(b) + " ? -1 : " + expr(a) + " > " + expr(b) + " ? 1 : " + expr(a) + " == "
                        + expr(b) + " ? 0 : " + nan + ")";
            case Expr.Cast c -> cast(c);
            case Expr.Call c -> call(c.function(), c.args());
            case Expr.Select(Expr condition, Expr a, Expr b) -> select(expr(condition), expr(a), expr(b), a.type());
            case Expr.Broadcast(Type type, Expr x) -> "(" + type(type) + ")(" + expr(x) + ")";
            case Expr.Lanes(Type type) -> laneNumbers(type);
        };
    }

    private static String laneNumbers(Type type) {
        StringBuilder list = new StringBuilder("(" + type(type) + ")(0");
        for (int i = 1; i < type.lanes(); i++) {
            list.append(", ").append(i);
        }
        return list.append(')').toString();
    }

    private static String select(String condition, String a, String b, Type type) {
        return type.isVector()
                ? "select(" + b + ", " + a + ", " + condition + ")"
                : "(" + condition + " ? " + a + " : " + b + ")";
    }

    private static String constant(Expr.Const c) {
        return switch (c.value()) {
            case Integer i -> i == Integer.MIN_VALUE ? "(-2147483647 - 1)" : i < 0 ? "(" + i + ")" : i.toString();
            case Long l -> l == Long.MIN_VALUE ? "(-9223372036854775807L - 1)" : l < 0 ? "(" + l + "L)" : l + "L";
            case Float f -> floating(f, f.toString() + "f");
            case Double d -> floating(d, d.toString());
            case Boolean b -> b ? "1" : "0";
            default -> throw new IllegalStateException("constant " + c);
        };
    }

    private static String floating(double value, String literal) {
        if (Double.isNaN(value)) {
            return "NAN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "INFINITY" : "(-INFINITY)";
        }
        return literal.startsWith("-") ? "(" + literal + ")" : literal;
    }

    private String binary(Expr.Binary b) {
        String x = expr(b.a());
        String y = expr(b.b());
        boolean wide = b.type().scalar() == Scalar.I64;
        String mask = "(" + y + " & " + (wide ? 63 : 31) + ")";
        return switch (b.op()) {
            case ADD -> "(" + x + " + " + y + ")";
            case SUB -> "(" + x + " - " + y + ")";
            case MUL -> {
                if (b.type().scalar().isFloat()) {
                    yield "(" + x + " * " + y + ")";
                }
                // Java's products wrap around; of C's ints compilers conclude that they do not.
                String unsigned = (wide ? "ulong" : "uint") + lanes(b.type());
                yield "as_" + type(b.type()) + "(as_" + unsigned + "(" + x + ") * as_" + unsigned + "(" + y + "))";
            }
            case DIV -> "(" + x + " / " + y + ")";
            case REM -> b.type().scalar().isFloat() ? "fmod(" + x + ", " + y + ")" : "(" + x + " % " + y + ")";
            case AND -> "(" + x + " & " + y + ")";
            case OR -> "(" + x + " | " + y + ")";
            case XOR -> "(" + x + " ^ " + y + ")";
            case SHL -> "(" + x + " << " + mask + ")";
            case SHR -> "(" + x + " >> " + mask + ")";
            case USHR -> {
                String unsigned = (wide ? "ulong" : "uint") + lanes(b.type());
                yield "as_" + type(b.type()) + "(as_" + unsigned + "(" + x + ") >> convert_" + unsigned + "(" + mask
                        + "))";
            }
        };
    }

    private static String symbol(Expr.CompareOp op) {
        return switch (op) {
            case LT -> "<";
            case LE -> "<=";
            case GT -> ">";
            case GE -> ">=";
            case EQ -> "==";
            case NE -> "!=";
        };
    }

    /** Java saturates and maps NaN to 0 where C leaves the conversion undefined. */
    private String cast(Expr.Cast c) {
        String x = expr(c.x());
        if (c.to() == Scalar.I8 || c.to() == Scalar.I16) {
            return "((int) (" + element(c.to()) + ") " + x + ")";
        }
        if (c.to() == Scalar.F16) {
            return "half_" + type(c.type()) + "(" + x + ")";
        }
        if (c.to() == Scalar.BF16) {
            return "as_" + type(c.type()) + "(convert_uint" + lanes(c.type()) + "(bfloat16_" + type(c.type()) + "(" + x
                    + ")) << 16)";
        }
        if (c.x().type().scalar().isFloat() && !c.to().isFloat()) {
            String saturated = "convert_" + type(c.type()) + "_sat_rtz(" + x + ")";
            String zero = c.type().isVector() ? "(" + type(c.type()) + ")(0)" : "0";
            return select("(" + x + " == " + x + ")", saturated, zero, c.type());
        }
        return "convert_" + type(c.type()) + "(" + x + ")";
    }

    private String call(Expr.Function function, List<Expr> args) {
        Type type = args.getFirst().type();
        String x = expr(args.getFirst());
        String y = args.size() > 1 ? expr(args.get(1)) : "";
        boolean real = type.scalar().isFloat();
        return switch (function) {
            case MIN -> real ? extreme("<", x, y, type) : "min(" + x + ", " + y + ")";
            case MAX -> real ? extreme(">", x, y, type) : "max(" + x + ", " + y + ")";
            case ABS -> real ? "fabs(" + x + ")" : select("(" + x + " < 0)", "(-" + x + ")", x, type);
            case CLAMP -> "clamp(" + x + ", " + y + ", " + expr(args.get(2)) + ")";
            case SIGNUM -> "sign(" + x + ")";
            case ATAN2, POW -> function.name().toLowerCase() + "(" + x + ", " + y + ")";
            case EXP -> (type.isVector() ? "exp_" + type(type) : "exp") + "(" + x + ")";
            case LOG, LOG2, SQRT, SIN, COS, TAN, TANH, ATAN, ASIN, ACOS, FLOOR, CEIL ->
                function.name().toLowerCase() + "(" + x + ")";
        };
    }

    /** Java's min and max give NaN when either side is; fmin and fmax would hide it. */
    private static String extreme(String op, String x, String y, Type type) {
        return select("(" + x + " " + op + " " + y + " || " + x + " != " + x + ")", x, y, type);
    }
}
