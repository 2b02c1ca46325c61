package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadonn.engine.compile.Explanation;
import org.tornadonn.engine.cuda.PtxCompiler;
import org.tornadonn.engine.emit.KernelWriter;
import org.tornadonn.engine.ir.Kernel;

/** Every kernel as CUDA C, compiled to PTX where there is a compiler, and assembled where there is an assembler. */
@Tag("embedded")
class EmbeddedCudaTest {
    private static final int FUNCTIONS = PointwiseKernel.Function.values().length;

    /** Parameters that choose between branches. */
    private static final Set<String> CHOICES =
            Set.of("f", "part", "form", "epilogue", "fold", "hasResidual", "hasSkip", "averaged");

    /** The CUDA C of all kernels by their names, which tell the choices made for them: of functions, and of what is left out. */
    private static Map<String, String> sources(boolean cpu) throws Exception {
        Map<String, Integer> sizes = Map.of("headDim", 64, "padded", 64, "strips", 4, "k", 7, "side", 16, "kept", 64);
        Map<String, String> sources = new TreeMap<>();
        for (Class<?> owner : KernelRulesTest.kernels()) {
            for (Method method : owner.getDeclaredMethods()) {
                boolean chooses = Arrays.stream(method.getParameters()).anyMatch(p -> CHOICES.contains(p.getName()));
                for (int v = 0; Explanation.isKernel(method) && v < (chooses ? FUNCTIONS : 1); v++) {
                    Map<String, Integer> values = new HashMap<>(sizes);
                    values.put("part", v % 3);
                    values.put("f", v);
                    values.put("epilogue", -(v % 2));
                    values.put("present", v);
                    values.put("scalars", v % 4);
                    Kernel kernel = List.copyOf(Explanation.passes(method, values, v % 2, cpu)
                                    .values())
                            .getLast();
                    sources.put(kernel.name(), KernelWriter.cuda(kernel));
                }
            }
        }
        return sources;
    }

    @ParameterizedTest(name = "for a CPU: {0}")
    @ValueSource(booleans = {true, false})
    void everyKernelBecomesPtx(boolean cpu, @TempDir Path folder) throws Exception {
        Map<String, String> sources = sources(cpu);
        assertTrue(sources.size() > 60, sources.keySet()::toString);
        Optional<PtxCompiler> compiler = PtxCompiler.find();
        assumeTrue(compiler.isPresent(), PtxCompiler.MISSING);
        // One program: nvcc takes a second for each.
        String ptx = compiler.get().compile(String.join("\n", sources.values()), PtxCompiler.ARCHITECTURE);
        List<String> entries = Pattern.compile("\\.visible \\.entry (\\w+)\\(")
                .matcher(ptx)
                .results()
                .map(m -> m.group(1))
                .sorted()
                .toList();
        assertEquals(List.copyOf(sources.keySet()), entries);
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(":")).anyMatch(p -> Files.isExecutable(Path.of(p, "ptxas"))),
                "PTX was made and not assembled: ptxas of a CUDA toolkit was not found");
        Path file = Files.writeString(folder.resolve("kernels.ptx"), ptx);
        Process ptxas = new ProcessBuilder(
                        "ptxas",
                        "-arch=sm_75",
                        "-o",
                        folder.resolve("kernels.cubin").toString(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String log = new String(ptxas.getInputStream().readAllBytes());
        assertEquals(0, ptxas.waitFor(), log);
    }
}
