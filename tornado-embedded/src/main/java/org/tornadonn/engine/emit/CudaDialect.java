package org.tornadonn.engine.emit;

import java.util.stream.Stream;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.ir.Type;

/** CUDA C, as NVRTC and nvcc take it without any header. Its long has 64 bits, as on Linux. */
final class CudaDialect implements Dialect {
    /**
     * Vectors with OpenCL's operations. CUDA's own have four lanes at most and no operators. A compiler keeps their lanes in registers,
     * for each index is a constant once the loops are unrolled.
     */
    private static final String LANES = """
            #ifndef LANES
            #define LANES _Pragma("unroll") for (int i = 0; i < N; i++)
            #define LANES_UNARY(op) \\
                friend __device__ Lanes operator op(const Lanes& a) { Lanes y; LANES y.of[i] = op a.of[i]; return y; }
            #define LANES_BINARY(R, op) \\
                friend __device__ Lanes<R, N> operator op(const Lanes& a, const Lanes& b) { \\
                    Lanes<R, N> y; LANES y.of[i] = a.of[i] op b.of[i]; return y; }
            template <typename T, int N> struct Lanes {
                T of[N];
                Lanes() = default;
                __device__ Lanes(T x) { LANES of[i] = x; }
                template <typename U> __device__ explicit Lanes(const Lanes<U, N>& x) { LANES of[i] = (T) x.of[i]; }
                static __device__ Lanes numbers() { Lanes y; LANES y.of[i] = i; return y; }
                LANES_UNARY(-) LANES_UNARY(!)
                LANES_BINARY(T, +) LANES_BINARY(T, -) LANES_BINARY(T, *) LANES_BINARY(T, /) LANES_BINARY(T, %)
                LANES_BINARY(T, &) LANES_BINARY(T, |) LANES_BINARY(T, ^) LANES_BINARY(T, <<) LANES_BINARY(T, >>)
                LANES_BINARY(int, <) LANES_BINARY(int, <=) LANES_BINARY(int, >) LANES_BINARY(int, >=)
                LANES_BINARY(int, ==) LANES_BINARY(int, !=) LANES_BINARY(int, ||)
            };
            template <typename T, int N>
            __device__ Lanes<T, N> select(const Lanes<T, N>& b, const Lanes<T, N>& a, const Lanes<int, N>& c) {
                Lanes<T, N> y; LANES y.of[i] = c.of[i] ? a.of[i] : b.of[i]; return y; }
            #define LANES_CALL1(R, T, f) template <int N> __device__ Lanes<R, N> f(const Lanes<T, N>& a) { \\
                Lanes<R, N> y; LANES y.of[i] = f(a.of[i]); return y; }
            #define LANES_CALL2(T, f) template <int N> __device__ Lanes<T, N> f(const Lanes<T, N>& a, const Lanes<T, N>& b) { \\
                Lanes<T, N> y; LANES y.of[i] = f(a.of[i], b.of[i]); return y; }
            LANES_CALL1(int, float, __float2int_rz)
            LANES_CALL1(float, float, exp) LANES_CALL1(float, float, log) LANES_CALL1(float, float, log2)
            LANES_CALL1(float, float, sqrt) LANES_CALL1(float, float, fabs) LANES_CALL1(float, float, floor)
            LANES_CALL1(float, float, ceil) LANES_CALL1(float, float, sin) LANES_CALL1(float, float, cos)
            LANES_CALL1(float, float, tan) LANES_CALL1(float, float, tanh) LANES_CALL1(float, float, atan)
            LANES_CALL1(float, float, asin) LANES_CALL1(float, float, acos)
            LANES_CALL2(float, pow) LANES_CALL2(float, atan2) LANES_CALL2(float, fmod)
            LANES_CALL2(int, min) LANES_CALL2(int, max)
            #endif
            """;

    /** Halves by the instructions for them, which need no header; bfloat16 by its bits, ties to even, all NaN as one. */
    private static final String SHORT_FLOATS = """
            #ifndef SHORT_FLOATS
            #define SHORT_FLOATS
            __device__ inline float from_half(unsigned short h) {
                float x; asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(h)); return x; }
            __device__ inline unsigned short to_half(float x) {
                unsigned short h; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(x)); return h; }
            __device__ inline float from_bfloat16(unsigned short b) { return __uint_as_float((unsigned int) b << 16); }
            __device__ inline unsigned short to_bfloat16(float x) {
                unsigned int u = __float_as_uint(x); return x != x ? 0x7FC0 : (u + 0x7FFF + (u >> 16 & 1)) >> 16; }
            #endif
            """;

    private static final String LANES_OF_SHORT_FLOATS = """
            #ifndef LANES_OF_SHORT_FLOATS
            #define LANES_OF_SHORT_FLOATS
            LANES_CALL1(float, unsigned short, from_half) LANES_CALL1(unsigned short, float, to_half)
            LANES_CALL1(float, unsigned short, from_bfloat16) LANES_CALL1(unsigned short, float, to_bfloat16)
            #endif
            """;

    @Override
    public String prelude(Kernel kernel) {
        Stream<Type> values =
                kernel.blocks().stream().<Expr>mapMulti(Trees::visit).map(Expr::type);
        boolean lanes = values.anyMatch(Type::isVector);
        boolean shortFloats = kernel.params().stream()
                        .anyMatch(p -> p instanceof Param.Array(Storage.Global g)
                                && g.element().isShortFloat())
                || kernel.blocks().stream()
                        .<Expr>mapMulti(Trees::visit)
                        .anyMatch(e -> e instanceof Expr.Cast(Type _, Scalar to, Expr _) && to.isShortFloat());
        return (shortFloats ? SHORT_FLOATS : "")
                + (lanes ? LANES : "")
                + (shortFloats && lanes ? LANES_OF_SHORT_FLOATS : "");
    }

    @Override
    public String kernel() {
        return "extern \"C\" __global__";
    }

    @Override
    public String global() {
        return "";
    }

    @Override
    public String local() {
        return "__shared__ ";
    }

    @Override
    public String vector(String scalar, int lanes) {
        return "Lanes<" + scalar + ", " + lanes + ">";
    }

    @Override
    public String unsigned(boolean wide) {
        return wide ? "unsigned long" : "unsigned int";
    }

    @Override
    public String cast(String kind, String type, String x) {
        return "(" + type + ") (" + x + ")";
    }

    @Override
    public String saturated(Type to, Type from, String x) {
        return (from.scalar() == Scalar.F64 ? "__double2" : "__float2")
                + (to.scalar() == Scalar.I64 ? "ll_rz(" : "int_rz(") + x + ")";
    }

    @Override
    public String loadVector(Type type, String place) {
        return "*(const " + type(type) + "*) (" + place + ")";
    }

    @Override
    public String storeVector(Storage array, Type type, String place, String value) {
        return "*(" + type(type) + "*) (" + place + ") = " + value;
    }

    @Override
    public String shortFloat(Scalar format) {
        return "unsigned short";
    }

    @Override
    public String loadShort(Scalar format, Type type, String place) {
        Type kept = new Type(format, type.lanes());
        return "from_" + name(format) + "(" + (type.isVector() ? loadVector(kept, place) : "*(" + place + ")") + ")";
    }

    @Override
    public String storeShort(Scalar format, Storage array, Type type, String place, String value) {
        String bits = "to_" + name(format) + "(" + value + ")";
        return type.isVector()
                ? storeVector(array, new Type(format, type.lanes()), place, bits)
                : "*(" + place + ") = " + bits;
    }

    @Override
    public String rounded(Scalar format, Type type, String x) {
        return "from_" + name(format) + "(to_" + name(format) + "(" + x + "))";
    }

    private static String name(Scalar format) {
        return format == Scalar.F16 ? "half" : "bfloat16";
    }

    @Override
    public String laneNumbers(Type type) {
        return type(type) + "::numbers()";
    }

    @Override
    public String exp(Type type) {
        return "exp";
    }

    @Override
    public String nan() {
        return "__int_as_float(0x7fc00000)";
    }

    @Override
    public String infinity() {
        return "__int_as_float(0x7f800000)";
    }

    @Override
    public String workItem(Expr.Query query, int dimension) {
        String code = switch (query) {
            case GLOBAL_ID -> "(blockIdx.x * blockDim.x + threadIdx.x)";
            case LOCAL_ID -> "threadIdx.x";
            case GROUP_ID -> "blockIdx.x";
            case GLOBAL_SIZE -> "(gridDim.x * blockDim.x)";
            case LOCAL_SIZE -> "blockDim.x";
            case NUM_GROUPS -> "gridDim.x";
        };
        return code.replace(".x", "." + "xyz".charAt(dimension));
    }

    @Override
    public String barrier(boolean global) {
        return "__syncthreads()";
    }

    @Override
    public String atomicAdd(Scalar element, String place, String value) {
        return element == Scalar.I64
                ? "atomicAdd((unsigned long long*) (" + place + "), (unsigned long long) " + value + ")"
                : "atomicAdd(" + place + ", " + value + ")";
    }
}
