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
        assertTrue(kernels.contains("DyTKernel.kForward") && kernels.size() > 20, kernels::toString);
        for (String kernel : kernels) {
            String text = say(0, "explain", kernel);
            assertTrue(text.contains("== Bytecode\n") && text.contains("== After PrivateToRegisters\n"), kernel);
            assertTrue(text.contains("__kernel void " + kernel.replace('.', '_')), kernel);
        }
    }

    @Test
    void lanesBecomeVectorsAndSizesConstants() {
        String text = say(0, "explain", "DyTKernel.kForward");
        int pass = text.indexOf("== After LaneVectorizer");
        assertFalse(text.substring(0, pass).contains("vload16"), "no vectors before the pass that makes them");
        assertTrue(text.substring(pass).contains("vload16"), text);
        String sized = say(0, "explain", "AttentionKernel.kForward", "--size", "headDim=48");
        assertTrue(sized.contains("_48"), sized);
        assertTrue(say(0, "explain", "org.tornadonn.examples.HelloKernel.kSquash", "--gpu")
                .contains("y[i] = tanh("));
    }

    @Test
    void mistakes() {
        assertTrue(say(1, "explain", "DyTKernel.kNone").contains("There is no kernel DyTKernel.kNone"));
        assertTrue(say(1, "explain", "no.such.Class.kAny").contains("There is no kernel"));
    }
}
