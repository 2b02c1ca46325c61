package org.tornadonn.engine.compile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Instruction;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tornadonn.engine.cuda.PtxCompiler;
import org.tornadonn.engine.emit.KernelWriter;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.pass.Pipeline;
import org.tornadonn.engine.pass.Specialization;
import org.tornadonn.engine.read.MethodReference;

/**
 * What becomes of a kernel, as text: its bytecode; what each pass leaves, written as OpenCL C; for a GPU its CUDA C and PTX too. No device
 * is needed.
 */
public final class Explanation {
    private Explanation() {}

    /** Whether a method can be a kernel by its form: static, and named k and a capital, as the project's kernels are. */
    public static boolean isKernel(Method method) {
        return Modifier.isStatic(method.getModifiers())
                && !method.isSynthetic()
                && method.getReturnType() == void.class
                && method.getName().matches("k[A-Z].*");
    }

    /**
     * The stages by name, in order.
     *
     * @param sizes values of the int parameters that become constants; {@code fallback} for those not among them
     * @param cpu whether for a CPU
     * @throws org.tornadonn.engine.read.RefusedException where it is no kernel
     */
    public static Map<String, String> of(Method method, Map<String, Integer> sizes, int fallback, boolean cpu) {
        Map<String, String> stages = new LinkedHashMap<>();
        stages.put("Bytecode", bytecode(method.getDeclaringClass(), method.getName(), descriptor(method)));
        Map<String, Kernel> passes = passes(method, sizes, fallback, cpu);
        passes.forEach((pass, k) -> stages.put("After " + pass, KernelWriter.openCl(k)));
        if (!cpu) {
            String cuda = KernelWriter.cuda(List.copyOf(passes.values()).getLast());
            stages.put("CUDA C", cuda);
            stages.put(
                    "PTX",
                    PtxCompiler.find()
                            .map(c -> c.compile(cuda, PtxCompiler.ARCHITECTURE))
                            .orElse(PtxCompiler.MISSING + "\n"));
        }
        return stages;
    }

    /** The kernel after each pass, by the pass's name; parameters as of {@link #of}. */
    public static Map<String, Kernel> passes(Method method, Map<String, Integer> sizes, int fallback, boolean cpu) {
        Kernel kernel = KernelCompiler.read(
                new MethodReference(method.getDeclaringClass(), method.getName(), descriptor(method)));
        Map<Integer, Object> folded = new HashMap<>();
        for (int index : Pipeline.constants(kernel)) {
            folded.put(index, sizes.getOrDefault(kernel.params().get(index).name(), fallback));
        }
        List<Integer> aliases =
                IntStream.range(0, kernel.params().size()).boxed().toList();
        return Pipeline.stages(kernel, new Specialization(folded, aliases, cpu));
    }

    private static String descriptor(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                .descriptorString();
    }

    private static String bytecode(Class<?> owner, String name, String descriptor) {
        try (var in = owner.getResourceAsStream(
                owner.getName().substring(owner.getName().lastIndexOf('.') + 1) + ".class")) {
            return ClassFile.of().parse(in.readAllBytes()).methods().stream()
                    .filter(m ->
                            m.methodName().equalsString(name) && m.methodType().equalsString(descriptor))
                    .flatMap(m -> m.code().orElseThrow().elementStream())
                    .filter(Instruction.class::isInstance)
                    .map(i -> "    " + i + "\n")
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
