package org.tornadonn.engine.read;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Expr.BinaryOp;
import org.tornadonn.engine.ir.Expr.Function;
import org.tornadonn.engine.ir.Expr.Query;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Type;

/** Java and TornadoVM names that have a meaning in the IR. */
final class Intrinsics {
    static final String API = "uk/ac/manchester/tornado/api/";
    static final String CONTEXT = API + "KernelContext";
    static final String HALF = API + "types/HalfFloat";
    private static final String BFLOAT16 = API + "types/BFloat16";

    private static final Map<String, Scalar> ARRAYS = Map.of(
            API + "types/arrays/FloatArray", Scalar.F32,
            API + "types/arrays/IntArray", Scalar.I32,
            API + "types/arrays/DoubleArray", Scalar.F64,
            API + "types/arrays/LongArray", Scalar.I64,
            API + "types/arrays/HalfFloatArray", Scalar.F16,
            API + "types/arrays/BFloat16Array", Scalar.BF16);

    private static final Map<String, Function> FUNCTIONS = Map.ofEntries(
            Map.entry("min", Function.MIN),
            Map.entry("max", Function.MAX),
            Map.entry("abs", Function.ABS),
            Map.entry("exp", Function.EXP),
            Map.entry("log", Function.LOG),
            Map.entry("log2", Function.LOG2),
            Map.entry("sqrt", Function.SQRT),
            Map.entry("sin", Function.SIN),
            Map.entry("cos", Function.COS),
            Map.entry("tan", Function.TAN),
            Map.entry("tanh", Function.TANH),
            Map.entry("atan", Function.ATAN),
            Map.entry("asin", Function.ASIN),
            Map.entry("acos", Function.ACOS),
            Map.entry("pow", Function.POW),
            Map.entry("floor", Function.FLOOR),
            Map.entry("ceil", Function.CEIL),
            Map.entry("signum", Function.SIGNUM),
            Map.entry("clamp", Function.CLAMP));

    private static final Map<String, Query> QUERIES = Map.of(
            "globalId", Query.GLOBAL_ID,
            "localId", Query.LOCAL_ID,
            "groupId", Query.GROUP_ID,
            "globalGroupSize", Query.GLOBAL_SIZE,
            "localGroupSize", Query.LOCAL_SIZE);

    private Intrinsics() {}

    /** The element kind of a TornadoVM array class, by internal name. */
    static Optional<Scalar> array(String internalName) {
        return Optional.ofNullable(ARRAYS.get(internalName));
    }

    /** A call of Math or TornadoMath. */
    static Optional<Expr> function(String owner, String name, List<Expr> args) {
        if (!owner.equals("java/lang/Math") && !owner.equals(API + "math/TornadoMath")) {
            return Optional.empty();
        }
        if (name.equals("floatPI")) {
            return Optional.of(Expr.Const.of((float) Math.PI));
        }
        return Optional.ofNullable(FUNCTIONS.get(name)).map(f -> new Expr.Call(f, args));
    }

    /** A field of KernelContext, such as globalIdx. */
    static Optional<Expr> workItem(String field) {
        int last = field.length() - 1;
        int dimension = "xyz".indexOf(Character.toLowerCase(field.charAt(last)));
        Query query = QUERIES.get(field.substring(0, last));
        return query == null || dimension < 0 ? Optional.empty() : Optional.of(new Expr.WorkItem(query, dimension));
    }

    /** The 16-bit format whose numbers an API class stands for. */
    static Optional<Scalar> format(String internalName) {
        return switch (internalName) {
            case HALF -> Optional.of(Scalar.F16);
            case BFLOAT16 -> Optional.of(Scalar.BF16);
            default -> Optional.empty();
        };
    }

    /** What a static method of such a class gives: a number of the format, but a float from {@code bf16ToFloat}. */
    static Optional<Value> format(Scalar format, String name, List<Value> arguments) {
        List<Expr> x = arguments.stream()
                .flatMap(v -> switch (v) {
                    case Value.Number(Expr e) -> Stream.of(e);
                    case Value.Short(Scalar f, Expr e) when f == format -> Stream.of(e);
                    default -> Stream.<Expr>empty();
                })
                .toList();
        if (x.size() != arguments.size()) {
            return Optional.empty();
        }
        return switch (name) {
            case "add" -> Optional.of(rounded(format, new Expr.Binary(BinaryOp.ADD, x.get(0), x.get(1))));
            case "sub" -> Optional.of(rounded(format, new Expr.Binary(BinaryOp.SUB, x.get(0), x.get(1))));
            case "mult" -> Optional.of(rounded(format, new Expr.Binary(BinaryOp.MUL, x.get(0), x.get(1))));
            case "div" -> Optional.of(rounded(format, new Expr.Binary(BinaryOp.DIV, x.get(0), x.get(1))));
            case "bf16FromFloat" -> Optional.of(rounded(format, x.get(0)));
            case "bf16ToFloat" -> Optional.of(new Value.Number(x.get(0)));
            default -> Optional.empty();
        };
    }

    static Value rounded(Scalar format, Expr x) {
        return new Value.Short(format, new Expr.Cast(Type.F32, format, x));
    }
}
