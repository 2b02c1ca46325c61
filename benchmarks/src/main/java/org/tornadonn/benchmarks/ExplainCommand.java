package org.tornadonn.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tornadonn.engine.compile.Explanation;
import org.tornadonn.examples.Subcommand;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import uk.ac.manchester.tornado.api.TaskGraph;

/** Shows what the embedded engine makes of a kernel. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Show a kernel's bytecode, the OpenCL C after each pass of the embedded engine, and with --gpu the CUDA C and PTX;"
                        + " or list kernels.")
public final class ExplainCommand implements Subcommand, Runnable {
    private static final int VALUE = 64;

    @Parameters(
            arity = "0..1",
            paramLabel = "KERNEL",
            description =
                    "Class.method, such as LayerNormKernel.kForward, or with its package, of your own class on the class path.")
    String kernel;

    @Option(
            names = "--value",
            paramLabel = "NAME=N",
            description =
                    "Value of an int parameter that is the size of a local array, or that chooses between branches, such as"
                            + " f=0 for the tanh of PointwiseKernel; without it " + VALUE + ".")
    Map<String, Integer> values = Map.of();

    @Option(
            names = "--gpu",
            description = "For a GPU or an FPGA instead of a CPU; PTX is made where there is NVRTC or nvcc.")
    boolean gpu;

    @Override
    public void run() {
        if (TaskGraph.class.getModule().isNamed()) {
            throw new UserException(
                    "explain shows what the embedded engine does: add --engine embedded. " + Engine.name()
                            + " prints its own source of the kernels of any command with"
                            + " JAVA_TOOL_OPTIONS=-Dtornado.printKernel=True.");
        }
        if (kernel == null) {
            kernels().forEach(m -> System.out.println(name(m)));
            return;
        }
        Explanation.of(method(), values, VALUE, !gpu)
                .forEach((stage, text) -> System.out.println("== " + stage + "\n" + text));
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    private Method method() {
        int dot = kernel.lastIndexOf('.');
        List<Method> candidates = dot >= 0 && kernel.lastIndexOf('.', dot - 1) >= 0 ? own(dot) : kernels();
        String wanted = kernel.substring(kernel.lastIndexOf('.', dot - 1) + 1);
        return candidates.stream()
                .filter(m -> name(m).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new UserException("There is no kernel " + kernel
                        + ". tornado-nn explain lists those there are; one of your own is"
                        + " package.Class.method, and static."));
    }

    private List<Method> own(int dot) {
        try {
            return List.of(Class.forName(kernel.substring(0, dot)).getDeclaredMethods());
        } catch (ClassNotFoundException _) {
            return List.of();
        }
    }

    /** Those of the project's package, by name. */
    private static List<Method> kernels() {
        try {
            URI place = Stage.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            String folder = Stage.class.getPackageName().replace('.', '/');
            if (Files.isDirectory(Path.of(place))) {
                return kernels(Path.of(place).resolve(folder));
            }
            try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
                return kernels(jar.getPath(folder));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Method> kernels(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".class") && !f.startsWith("package-info"))
                    .flatMap(f -> methods(Stage.class.getPackageName() + "." + f.replace(".class", "")))
                    .filter(Explanation::isKernel)
                    .sorted(Comparator.comparing(ExplainCommand::name))
                    .toList();
        }
    }

    private static Stream<Method> methods(String type) {
        try {
            return Arrays.stream(Class.forName(type).getDeclaredMethods());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
