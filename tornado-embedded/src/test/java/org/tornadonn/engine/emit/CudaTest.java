package org.tornadonn.engine.emit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadonn.engine.compile.Explanation;
import org.tornadonn.engine.cuda.PtxCompiler;
import org.tornadonn.engine.ir.Kernel;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** CUDA C where it is not C as OpenCL has it, and its PTX. */
@Tag("embedded")
class CudaTest {
    static void kGroup(KernelContext c, FloatArray y, IntArray n, LongArray m) {
        float[] shared = c.allocateFloatLocalArray(8);
        shared[c.localIdy] = c.globalIdx + c.groupIdz * c.localGroupSizeX;
        c.localBarrier();
        y.set(c.globalIdx, shared[7 - c.localIdy]);
        c.atomicAdd(n, 3, c.globalGroupSizeX);
    }

    static void kIntegers(KernelContext c, IntArray y, LongArray m) {
        int i = c.globalIdx;
        int v = y.get(i);
        y.set(i, (v * 31 >>> v) + (byte) v + Math.min(v, 3));
        m.set(i, (m.get(i) * m.get(i) >>> v) + Math.max(m.get(i), 5L));
    }

    static void kReals(KernelContext c, FloatArray y, DoubleArray d, IntArray n, LongArray m) {
        float v = y.get(c.globalIdx);
        double w = d.get(c.globalIdx);
        n.set(0, (int) v);
        n.set(1, (int) w);
        m.set(0, (long) v);
        m.set(1, (long) w);
        y.set(0, Math.max(v, 0f));
        y.set(1, v == 1f ? Float.NaN : Float.NEGATIVE_INFINITY);
        y.set(2, v % 3f);
        y.set(3, TornadoMath.signum(v));
        y.set(4, TornadoMath.clamp(v, 0f, 1f));
    }

    /** Each operation of lanes. */
    static void kLanes(FloatArray y, FloatArray x, IntArray k, int blocks) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int base = block * 16;
            for (int l = 0; l < 16; l++) {
                float v = x.get(base + l);
                int n = k.get(base + l) * 31 + l;
                n = n >>> 3 ^ n << 2 | n >> 1 & 255;
                n = Math.min(Math.abs(n), 1000) + n / 7 - n % 5;
                float sum = TornadoMath.exp(v) + TornadoMath.log(v) + TornadoMath.log2(v) + TornadoMath.sqrt(v);
                sum += TornadoMath.tanh(v)
                        + TornadoMath.atan(v)
                        + TornadoMath.pow(v, 3f)
                        + TornadoMath.floor(v)
                        + TornadoMath.ceil(v);
                sum += TornadoMath.signum(v) + TornadoMath.clamp(v, -1f, 1f) + Math.abs(v) + v % 3f;
                y.set(base + l, -sum / Math.max(v, 0.5f) + n + (int) v);
            }
        }
    }

    static void kAngles(FloatArray y, FloatArray x, int blocks) {
        for (@Parallel int block = 0; block < blocks; block++) {
            for (int l = 0; l < 16; l++) {
                float v = x.get(block * 16 + l);
                float angle = TornadoMath.asin(v) + TornadoMath.acos(v);
                y.set(block * 16 + l, angle + TornadoMath.sin(v) + TornadoMath.cos(v) + TornadoMath.tan(v));
            }
        }
    }

    private static Kernel kernel(Method method) {
        return List.copyOf(Explanation.passes(method, Map.of(), 64, false).values())
                .getLast();
    }

    private static String cuda(String name) {
        return KernelWriter.cuda(kernel(Arrays.stream(CudaTest.class.getDeclaredMethods())
                .filter(m -> m.getName().equals(name))
                .findFirst()
                .orElseThrow()));
    }

    private static void contains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), part + " is not in\n" + text);
        }
    }

    @Test
    void groups() {
        contains(
                cuda("kGroup"),
                "extern \"C\" __global__ void CudaTest_kGroup(float* y, const int y_size, int* n,",
                "    __shared__ float shared[8]",
                "(int) (blockIdx.x * blockDim.x + threadIdx.x)",
                "(int) threadIdx.y",
                "(int) blockIdx.z",
                "(int) blockDim.x",
                "__syncthreads();",
                "atomicAdd(&n[3], (int) (gridDim.x * blockDim.x));");
    }

    @Test
    void integersWrapAround() {
        contains(
                cuda("kIntegers"),
                "(int) ((unsigned int) (v) * (unsigned int) (31))",
                ") >> (unsigned int) ((v & 31)))",
                "((int) (signed char) v)",
                "(unsigned long) (",
                " >> (unsigned long) ((v & 63)))",
                "5L");
    }

    @Test
    void realsAreJavas() {
        contains(
                cuda("kReals"),
                "((v == v) ? __float2int_rz(v) : 0)",
                "((w == w) ? __double2int_rz(w) : 0)",
                "((v == v) ? __float2ll_rz(v) : 0)",
                "((w == w) ? __double2ll_rz(w) : 0)",
                "((v > 0.0f || v != v) ? v : 0.0f)",
                "__int_as_float(0x7fc00000)",
                "(-__int_as_float(0x7f800000))",
                "fmod(v, 3.0f)",
                "((v > 0) ? (float)(1) : ((v < 0) ? (-(float)(1)) : v))");
    }

    @Test
    void lanesAreStructures() {
        contains(
                cuda("kLanes"),
                "*(const Lanes<float, 16>*) (x + ",
                "*(Lanes<float, 16>*) (y + ",
                "Lanes<int, 16>::numbers()",
                "(Lanes<unsigned int, 16>) (",
                "= select(",
                "(exp(");
        assertFalse(cuda("kReals").contains("Lanes"), "only where there are vectors");
    }

    @Test
    void everyFeatureBecomesPtx() throws ClassNotFoundException {
        List<String> sources = new ArrayList<>();
        Stream.of(CudaTest.class, Class.forName("org.tornadonn.engine.read.JavaFeatures"))
                .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                .filter(Explanation::isKernel)
                .forEach(m -> sources.add(KernelWriter.cuda(kernel(m))));
        assertTrue(sources.size() > 15);
        PtxCompiler compiler = compiler();
        String ptx = compiler.compile(String.join("\n", sources), PtxCompiler.ARCHITECTURE);
        assertTrue(sources.size() == ptx.split("\\.visible \\.entry").length - 1, ptx);
        // A function without an overload for floats would take and give doubles.
        assertFalse(compiler.compile(cuda("kLanes"), PtxCompiler.ARCHITECTURE).contains(".f64"));
    }

    @Test
    void errorsAreTheCompilers() {
        PtxCompiler compiler = compiler();
        TornadoRuntimeException e = assertThrows(
                TornadoRuntimeException.class, () -> compiler.compile("__global__ void f() { x; }", "compute_75"));
        contains(e.getMessage(), "identifier \"x\" is undefined");
    }

    private static PtxCompiler compiler() {
        assumeTrue(PtxCompiler.find().isPresent(), PtxCompiler.MISSING);
        return PtxCompiler.find().get();
    }
}
