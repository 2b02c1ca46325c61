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
            typedef struct __attribute__((packed, aligned(4))) { FLOATS v; } lanes_FLOATS;
            #endif
            """;

    @Override
    public String prelude(Kernel kernel) {
        Stream<String> lanes = kernel.blocks().stream()
                .flatMap(b -> b.body().stream())
                .filter(s ->
                        s instanceof Stmt.Store store && store.value().type().isVector())
                .map(s -> LANES.replace("FLOATS", type(((Stmt.Store) s).value().type())));
        Stream<String> exponentials = kernel.blocks().stream()
                .<Expr>mapMulti(Trees::visit)
                .filter(e -> e instanceof Expr.Call(Expr.Function f, List<Expr> _)
                        && f == Expr.Function.EXP
                        && e.type().isVector())
                .map(e -> EXPONENTIAL
                        .replace("FLOATS", type(e.type()))
                        .replace("INTS", "int" + e.type().lanes()));
        return Stream.concat(lanes, exponentials).distinct().collect(Collectors.joining());
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
