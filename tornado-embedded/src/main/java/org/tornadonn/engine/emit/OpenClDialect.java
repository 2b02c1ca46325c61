package org.tornadonn.engine.emit;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;

/** OpenCL C 1.2. */
final class OpenClDialect implements Dialect {
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

    /**
     * A type for stores of vectors. PoCL's vstore16 becomes four stores of a quarter each, which the next load of the whole waits for:
     * the backward kernels of the norms take 15 % longer, that of attention 6 %.
     */
    private static final String LANES = """
            #ifndef LANES_FLOATS
            #define LANES_FLOATS
            typedef struct __attribute__((packed, aligned(BYTES))) { FLOATS v; } lanes_FLOATS;
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

    @Override
    public String prelude(Kernel kernel) {
        Stream<String> stores = kernel.blocks().stream()
                .flatMap(b -> b.body().stream())
                .flatMap(s -> s instanceof Stmt.Store(Storage array, Expr _, Expr value)
                        ? stored(array.element(), value.type())
                        : Stream.empty());
        Stream<Expr> all = kernel.blocks().stream().mapMulti(Trees::visit);
        Stream<String> casts =
                all.flatMap(e -> e instanceof Expr.Cast(Type type, Scalar to, Expr _) && to.isShortFloat()
                        ? Stream.of(conversion(to, type))
                        : Stream.empty());
        Stream<String> exponentials = kernel.blocks().stream()
                .<Expr>mapMulti(Trees::visit)
                .filter(e -> e instanceof Expr.Call(Expr.Function f, List<Expr> _)
                        && f == Expr.Function.EXP
                        && e.type().isVector())
                .map(e -> EXPONENTIAL
                        .replace("FLOATS", type(e.type()))
                        .replace("INTS", "int" + e.type().lanes()));
        return Stream.of(stores, casts, exponentials).flatMap(s -> s).distinct().collect(Collectors.joining());
    }

    private Stream<String> stored(Scalar element, Type type) {
        Type kept = new Type(element, type.lanes());
        Stream<String> lanes = type.isVector() && element != Scalar.F16
                ? Stream.of(LANES.replace("FLOATS", type(kept)).replace("BYTES", "" + element.bytes()))
                : Stream.empty();
        return element == Scalar.BF16 ? Stream.concat(lanes, Stream.of(conversion(element, type))) : lanes;
    }

    private String conversion(Scalar format, Type type) {
        String lanes = lanes(type);
        // PoCL's convert_ushort16 would take the lanes one by one.
        String upper = type.isVector() ? "(SHORTS)(as_SHORTS(u.lo).odd, as_SHORTS(u.hi).odd)" : "u >> 16";
        return (format == Scalar.F16 ? ROUND_HALF : TO_BFLOAT16)
                .replace("UPPER", upper)
                .replace("FLOATS", "float" + lanes)
                .replace("INTS", "uint" + lanes)
                .replace("SHORTS", "ushort" + lanes)
                .replace("vload_half", "vload_half" + lanes)
                .replace("vstore_half", "vstore_half" + lanes);
    }

    private static String lanes(Type type) {
        return type.isVector() ? "" + type.lanes() : "";
    }

    @Override
    public String kernel() {
        return "__kernel";
    }

    @Override
    public String global() {
        return "__global ";
    }

    @Override
    public String local() {
        return "__local ";
    }

    @Override
    public String vector(String scalar, int lanes) {
        return scalar + lanes;
    }

    @Override
    public String unsigned(boolean wide) {
        return wide ? "ulong" : "uint";
    }

    @Override
    public String cast(String kind, String type, String x) {
        return kind + type + "(" + x + ")";
    }

    @Override
    public String saturated(Type to, Type from, String x) {
        return "convert_" + type(to) + "_sat_rtz(" + x + ")";
    }

    @Override
    public String loadVector(Type type, String place) {
        return "vload" + type.lanes() + "(0, " + place + ")";
    }

    @Override
    public String storeVector(Storage array, Type type, String place, String value) {
        String space = switch (array) {
            case Storage.Global _ -> "__global";
            case Storage.Local _ -> "__local";
            case Storage.Private _ -> "__private";
        };
        return "((" + space + " lanes_" + type(type) + "*) (" + place + "))->v = " + value;
    }

    @Override
    public String shortFloat(Scalar format) {
        return format == Scalar.F16 ? "half" : "ushort";
    }

    @Override
    public String loadShort(Scalar format, Type type, String place) {
        if (format == Scalar.F16) {
            return "vload_half" + lanes(type) + "(0, " + place + ")";
        }
        Type kept = new Type(format, type.lanes());
        return widened(type, type.isVector() ? loadVector(kept, place) : "*(" + place + ")");
    }

    @Override
    public String storeShort(Scalar format, Storage array, Type type, String place, String value) {
        if (format == Scalar.F16) {
            return "vstore_half" + lanes(type) + "_rte(" + value + ", 0, " + place + ")";
        }
        String bits = "bfloat16_" + type(type) + "(" + value + ")";
        return type.isVector()
                ? storeVector(array, new Type(format, type.lanes()), place, bits)
                : "*(" + place + ") = " + bits;
    }

    @Override
    public String rounded(Scalar format, Type type, String x) {
        return format == Scalar.F16
                ? "half_" + type(type) + "(" + x + ")"
                : widened(type, "bfloat16_" + type(type) + "(" + x + ")");
    }

    /** Bits of bfloat16 as floats. */
    private String widened(Type type, String bits) {
        return "as_" + type(type) + "(convert_uint" + lanes(type) + "(" + bits + ") << 16)";
    }

    @Override
    public String laneNumbers(Type type) {
        return IntStream.range(0, type.lanes())
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", "(" + type(type) + ")(", ")"));
    }

    @Override
    public String exp(Type type) {
        return type.isVector() ? "exp_" + type(type) : "exp";
    }

    @Override
    public String nan() {
        return "NAN";
    }

    @Override
    public String infinity() {
        return "INFINITY";
    }

    @Override
    public String workItem(Expr.Query query, int dimension) {
        return "get_" + query.name().toLowerCase() + "(" + dimension + ")";
    }

    @Override
    public String barrier(boolean global) {
        return "barrier(CLK_LOCAL_MEM_FENCE" + (global ? " | CLK_GLOBAL_MEM_FENCE" : "") + ")";
    }

    @Override
    public String atomicAdd(Scalar element, String place, String value) {
        return (element == Scalar.I64 ? "atom_add(" : "atomic_add(") + place + ", " + value + ")";
    }
}
