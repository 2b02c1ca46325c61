package org.tornadonn.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadonn.examples.Main;
import org.tornadonn.kernels.PointwiseKernel;

/** {@code tornado-nn explain}: the list, every kernel on it, and mistakes. */
@Tag("embedded")
class ExplainCommandTest {
    private static String say(int code, String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(both);
        System.setErr(both);
        try {
            assertEquals(code, Main.run(args), () -> bytes.toString(StandardCharsets.UTF_8));
            return bytes.toString(StandardCharsets.UTF_8);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    @Test
    void explainsEveryKernelOfItsList() {
        List<String> kernels = say(0, "explain").lines().toList();
        assertTrue(kernels.contains("PointwiseKernel.kForward") && kernels.size() > 20, kernels::toString);
        for (String kernel : kernels) {
            String text = say(0, "explain", kernel);
            assertTrue(text.contains("== Bytecode\n") && text.contains("== After PrivateToRegisters\n"), kernel);
            assertTrue(text.contains("__kernel void " + kernel.replace('.', '_')), kernel);
        }
    }

    @Test
    void lanesBecomeVectorsAndSizesConstants() {
        String text = say(0, "explain", "PointwiseKernel.kForward");
        int pass = text.indexOf("== After LaneVectorizer");
        assertFalse(text.substring(0, pass).contains("vload16"), "no vectors before the pass that makes them");
        assertTrue(text.substring(pass).contains("vload16"), text);
        String softmax = say(0, "explain", "SoftmaxKernel.kForward");
        assertTrue(softmax.contains("= exp_float16("), "our own exp of lanes");
        assertTrue(softmax.contains("= select(b, a, (a > b))"), "a choice of lanes");
        String sized = say(0, "explain", "AttentionKernel.kForward", "--value", "headDim=48");
        assertTrue(sized.contains("_48"), sized);
        String gpu = say(0, "explain", "org.tornadonn.examples.HelloKernel.kSquash", "--gpu");
        assertTrue(gpu.contains("y[i] = tanh("), gpu);
        int cuda = gpu.indexOf("== CUDA C\n");
        assertTrue(cuda > gpu.indexOf("== After PrivateToRegisters\n"), gpu);
        assertTrue(gpu.substring(cuda).contains("__global__ void HelloKernel_kSquash("), gpu);
        assertTrue(gpu.substring(cuda).contains("== PTX\n"), gpu);
        assertFalse(sized.contains("== CUDA C"), "a CPU has none");
    }

    /** One that stays a loop makes its kernel ten times slower on a CPU. */
    @Test
    void everyLaneLoopOfAnElementWiseKernelBecomesVectors() {
        List<String> kernels = say(0, "explain")
                .lines()
                .filter(k -> k.matches("(Pointwise|LayerNorm|RmsNorm|Softmax|Gelu|LayerScale|AdamW)Kernel.*"))
                .toList();
        assertTrue(kernels.size() > 8, kernels::toString);
        for (int function = 0; function < PointwiseKernel.Function.values().length; function++) {
            for (String kernel : kernels) {
                String text = say(0, "explain", kernel, "--value", "f=" + function, "--value", "form=" + function % 2);
                String last = text.substring(text.indexOf("== After PrivateToRegisters"));
                assertFalse(last.matches("(?s).*if \\(\\(\\w+ >= (4|8|16)\\)\\) goto.*"), kernel);
            }
        }
    }

    @Test
    void mistakes() {
        assertTrue(say(1, "explain", "PointwiseKernel.kNone").contains("There is no kernel PointwiseKernel.kNone"));
        assertTrue(say(1, "explain", "no.such.Class.kAny").contains("There is no kernel"));
    }
}
