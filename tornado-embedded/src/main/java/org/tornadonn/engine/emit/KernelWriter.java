package org.tornadonn.engine.emit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * Writes a lowered kernel as OpenCL C 1.2 or CUDA C. Parameters: a pointer and an int length for an array, a value for a scalar,
 * nothing for a context. Loops are written with goto, which drivers compile as well as structured ones; variables are declared
 * first, because in CUDA C, which is C++, a goto may not cross an initialised declaration.
 */
public final class KernelWriter {
    /** Words of either language, and names that the writer uses. */
    private static final Set<String> RESERVED = Set.of("""
            auto break case char const continue default do double else enum extern float for goto if int long register
            return short signed sizeof static struct switch typedef union unsigned void volatile while
            kernel global local constant private half bool image2d_t sampler_t event_t uchar ushort uint ulong
            min max abs exp log log2 sqrt sin cos tan tanh atan atan2 asin acos pow floor ceil fabs fma fmod mad step clamp
            select dot cross length distance normalize sign mix as_int isnan
            alignas alignof and and_eq asm bitand bitor compl constexpr const_cast decltype delete dynamic_cast explicit export
            friend inline linux mutable namespace noexcept not not_eq nullptr operator or or_eq reinterpret_cast static_assert
            static_cast template thread_local typeid typename unix using virtual wchar_t xor xor_eq
            blockDim blockIdx gridDim threadIdx warpSize Lanes LANES""".split("\\s+"));

    private final Kernel kernel;
    private final Dialect dialect;
    private final StringBuilder text = new StringBuilder();
    private final Set<String> used = new HashSet<>(RESERVED);
    private final Map<Object, String> names = new LinkedHashMap<>();

    private KernelWriter(Kernel kernel, Dialect dialect) {
        this.kernel = kernel;
        this.dialect = dialect;
    }

    public static String openCl(Kernel kernel) {
        return new KernelWriter(kernel, new OpenClDialect()).write();
    }

    public static String cuda(Kernel kernel) {
        return new KernelWriter(kernel, new CudaDialect()).write();
    }

    /** The type of an array's elements, or of a scalar, in OpenCL C. */
    public static String openClType(Scalar scalar) {
        return new OpenClDialect().element(scalar);
    }

    /** The iterations of each dimension as C, in terms of the kernel's parameters. */
    public static List<String> extents(Lowered lowered) {
        KernelWriter writer = new KernelWriter(lowered.kernel(), new OpenClDialect());
        writer.signature();
        return lowered.extents().stream().map(writer::expr).toList();
    }

    private String write() {
        text.append("// ").append(kernel.source()).append('\n');
        text.append(dialect.prelude(kernel));
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

    private void signature() {
        Set<Storage> stored = kernel.written();
        text.append(dialect.kernel()).append(" void ").append(kernel.name()).append('(');
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
                            .append(dialect.global())
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
                    line(dialect.local() + element(l.element()) + " " + name(l, l.name()) + "["
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

    private String element(Scalar scalar) {
        return dialect.element(scalar);
    }

    private String type(Type type) {
        return dialect.type(type);
    }

    private String unsigned(Type type) {
        String scalar = dialect.unsigned(type.scalar() == Scalar.I64);
        return type.isVector() ? dialect.vector(scalar, type.lanes()) : scalar;
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
            when array.element().isShortFloat() ->
                dialect.storeShort(array.element(), array, value.type(), at(array, index), expr(value)) + ";";
            case Stmt.Store(Storage array, Expr index, Expr value) ->
                value.type().isVector()
                        ? dialect.storeVector(array, value.type(), at(array, index), expr(value)) + ";"
                        : element(array, index) + " = " + expr(value) + ";";
            case Stmt.Clear(Storage.Private array) ->
                "for (int i = 0; i < " + array.length() + "; i++) " + names.get(array) + "[i] = 0;";
            case Stmt.Barrier(boolean global) -> dialect.barrier(global) + ";";
            case Stmt.AtomicAdd(Storage array, Expr index, Expr value) ->
                dialect.atomicAdd(array.element(), "&" + names.get(array) + "[" + expr(index) + "]", expr(value)) + ";";
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
            case Expr.WorkItem(Expr.Query q, int d) -> "(int) " + dialect.workItem(q, d);
            case Expr.Load(Type type, Storage array, Expr index)
            when array.element().isShortFloat() -> dialect.loadShort(array.element(), type, at(array, index));
            case Expr.Load(Type type, Storage array, Expr index) ->
                type.isVector() ? dialect.loadVector(type, at(array, index)) : element(array, index);
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
            case Expr.Lanes(Type type) -> dialect.laneNumbers(type);
        };
    }

    private static String select(String condition, String a, String b, Type type) {
        return type.isVector()
                ? "select(" + b + ", " + a + ", " + condition + ")"
                : "(" + condition + " ? " + a + " : " + b + ")";
    }

    private String constant(Expr.Const c) {
        return switch (c.value()) {
            case Integer i -> i == Integer.MIN_VALUE ? "(-2147483647 - 1)" : i < 0 ? "(" + i + ")" : i.toString();
            case Long l -> l == Long.MIN_VALUE ? "(-9223372036854775807L - 1)" : l < 0 ? "(" + l + "L)" : l + "L";
            case Float f -> floating(f, f.toString() + "f");
            case Double d -> floating(d, d.toString());
            case Boolean b -> b ? "1" : "0";
            default -> throw new IllegalStateException("constant " + c);
        };
    }

    private String floating(double value, String literal) {
        if (Double.isNaN(value)) {
            return dialect.nan();
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? dialect.infinity() : "(-" + dialect.infinity() + ")";
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
                yield bits(type(b.type()), bits(unsigned(b.type()), x) + " * " + bits(unsigned(b.type()), y));
            }
            case DIV -> "(" + x + " / " + y + ")";
            case REM -> b.type().scalar().isFloat() ? "fmod(" + x + ", " + y + ")" : "(" + x + " % " + y + ")";
            case AND -> "(" + x + " & " + y + ")";
            case OR -> "(" + x + " | " + y + ")";
            case XOR -> "(" + x + " ^ " + y + ")";
            case SHL -> "(" + x + " << " + mask + ")";
            case SHR -> "(" + x + " >> " + mask + ")";
            case USHR ->
                bits(
                        type(b.type()),
                        bits(unsigned(b.type()), x) + " >> " + dialect.cast("convert_", unsigned(b.type()), mask));
        };
    }

    private String bits(String type, String x) {
        return dialect.cast("as_", type, x);
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
        if (c.to().isShortFloat()) {
            return dialect.rounded(c.to(), c.type(), x);
        }
        if (c.x().type().scalar().isFloat() && !c.to().isFloat()) {
            String saturated = dialect.saturated(c.type(), c.x().type(), x);
            String zero = c.type().isVector() ? "(" + type(c.type()) + ")(0)" : "0";
            return select("(" + x + " == " + x + ")", saturated, zero, c.type());
        }
        return dialect.cast("convert_", type(c.type()), x);
    }

    private String call(Expr.Function function, List<Expr> args) {
        Type type = args.getFirst().type();
        String x = expr(args.getFirst());
        String y = args.size() > 1 ? expr(args.get(1)) : "";
        boolean real = type.scalar().isFloat();
        return switch (function) {
            case MIN -> extreme("<", x, y, type);
            case MAX -> extreme(">", x, y, type);
            case ABS -> real ? "fabs(" + x + ")" : select("(" + x + " < 0)", "(-" + x + ")", x, type);
            case CLAMP -> extreme("<", extreme(">", x, y, type), expr(args.get(2)), type);
            case SIGNUM -> {
                // Zeros and NaN are their own sign.
                String one = "(" + type(type) + ")(1)";
                yield select("(" + x + " > 0)", one, select("(" + x + " < 0)", "(-" + one + ")", x, type), type);
            }
            case POW -> "pow(" + x + ", " + y + ")";
            case EXP -> dialect.exp(type) + "(" + x + ")";
            case LOG, LOG2, SQRT, SIN, COS, TAN, TANH, ATAN, ASIN, ACOS, FLOOR, CEIL ->
                function.name().toLowerCase() + "(" + x + ")";
        };
    }

    /** Java's min and max give NaN when either side is; fmin and fmax would hide it. */
    private static String extreme(String op, String x, String y, Type type) {
        return type.scalar().isFloat()
                ? select("(" + x + " " + op + " " + y + " || " + x + " != " + x + ")", x, y, type)
                : (op.equals("<") ? "min(" : "max(") + x + ", " + y + ")";
    }
}
