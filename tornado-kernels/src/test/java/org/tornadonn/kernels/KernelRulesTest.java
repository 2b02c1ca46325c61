package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What TornadoVM 5.2 compiles wrongly or not at all does not stand in a kernel, nor in what kernels call. */
class KernelRulesTest {
    private static final Set<String> CALLS =
            Set.of("fma", "round", "floor", "ceil", "intBitsToFloat", "floatToRawIntBits");

    private static final ClassDesc HALF = HalfFloat.class.describeConstable().orElseThrow();

    /** The classes of the module that have kernels. */
    static List<Class<?>> kernels() throws Exception {
        Path module = Path.of(
                Stage.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> kernels = new ArrayList<>();
        try (Stream<Path> files = Files.list(module.resolve("org/tornadonn/kernels"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> owner = Class.forName("org.tornadonn.kernels." + name.replace(".class", ""));
                    if (!kernelMethods(owner).isEmpty()) {
                        kernels.add(owner);
                    }
                }
            }
        }
        return kernels;
    }

    @Test
    void kernelsAreFound() throws Exception {
        assertTrue(kernels().containsAll(List.of(LayerNormKernel.class, MatMulKernel.class, LayerNormGroups.class)));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void keepsTheRules(Class<?> owner) throws IOException {
        for (MethodModel method : kernelMethods(owner)) {
            assertEquals(List.of(), faults(method), owner.getSimpleName() + "." + method.methodName());
        }
    }

    private static List<MethodModel> kernelMethods(Class<?> owner) throws IOException {
        return methods(owner).stream()
                .filter(m -> m.methodName().stringValue().matches("k[A-Z].*"))
                .toList();
    }

    private static List<MethodModel> methods(Class<?> owner) throws IOException {
        try (InputStream in = owner.getResourceAsStream(owner.getName().replaceAll(".*\\.", "") + ".class")) {
            return ClassFile.of().parse(in.readAllBytes()).methods();
        }
    }

    private static List<String> faults(MethodModel method) {
        List<String> faults = new ArrayList<>();
        if (method.methodTypeSymbol().parameterCount() > 20) {
            faults.add("more than 20 parameters");
        }
        if (method.methodTypeSymbol().parameterList().contains(ConstantDescs.CD_boolean)) {
            faults.add("boolean parameter");
        }
        for (CodeElement element : method.code().orElseThrow()) {
            if (!(element instanceof Instruction instruction)) {
                continue;
            }
            Opcode op = instruction.opcode();
            String name = op.name();
            if (op == Opcode.IUSHR || op == Opcode.LUSHR) {
                faults.add(">>>");
            } else if (instruction instanceof NewObjectInstruction created
                    && created.className().asSymbol().equals(HALF)) {
                // A number.
                continue;
            } else if (op == Opcode.ATHROW || op == Opcode.NEW || op == Opcode.ANEWARRAY) {
                faults.add(name);
            } else if (name.startsWith("D") && !name.startsWith("DUP") || name.endsWith("2D")) {
                faults.add("double arithmetic: " + name);
            } else if (instruction instanceof InvokeInstruction call
                    && CALLS.contains(call.name().stringValue())) {
                faults.add("call of " + call.name());
            }
        }
        return faults;
    }

    private static final class Bad {
        static void kShift(FloatArray y) {
            y.set(0, (int) y.get(0) >>> 3);
        }

        static void kFlag(FloatArray y, boolean flag) {
            y.set(0, flag ? 1f : 0f);
        }

        static void kDouble(FloatArray y) {
            y.set(0, (float) (y.get(0) * 0.1));
        }

        static void kCall(FloatArray y) {
            y.set(0, Math.round(y.get(0)));
        }

        static void kObject(FloatArray y) {
            y.set(0, new Object().hashCode());
        }
    }

    @Test
    void eachRuleCanFail() throws IOException {
        List<MethodModel> bad = kernelMethods(Bad.class);
        assertEquals(5, bad.size());
        for (MethodModel method : bad) {
            assertTrue(!faults(method).isEmpty(), method.methodName().stringValue());
        }
    }
}
