package org.tornadonn.storage;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;

/** The source of a class whose methods look at their tensors and call the class, or the variant of it, that is for these. */
final class Dispatch {
    private static final String SUFFIX = "Kernel";

    private Dispatch() {}

    /** Empty for a class without public methods on slices. */
    static Optional<String> write(CompilationUnitTree unit, ClassTree type) {
        List<String> methods = SourceFile.storedMethods(type)
                .filter(m -> m.getModifiers().getFlags().contains(Modifier.PUBLIC))
                .filter(m -> firstStored(m).getType().toString().equals("Slice"))
                .map(m -> method(type.getSimpleName().toString(), m))
                .toList();
        return methods.isEmpty()
                ? Optional.empty()
                : Optional.of(SourceFile.of(
                        unit,
                        type,
                        name(type),
                        "{@link " + type.getSimpleName() + "} for tensors of any type; those of an op have the same.",
                        methods.stream()));
    }

    /** LayerNorm of LayerNormKernel. */
    static String name(ClassTree type) {
        return type.getSimpleName().toString().replaceFirst(SUFFIX + "$", "");
    }

    private static VariableTree firstStored(MethodTree method) {
        return method.getParameters().stream()
                .filter(SourceFile::isStored)
                .findFirst()
                .orElseThrow();
    }

    private static String method(String owner, MethodTree method) {
        String parameters = method.getParameters().stream()
                .map(p -> p.getType() + " " + p.getName())
                .collect(Collectors.joining(", "));
        String call = owner + "." + method.getName() + "("
                + method.getParameters().stream().map(VariableTree::getName).collect(Collectors.joining(", ")) + ");";
        return """
                /** Calls {@link %s#%s} or its variant. */
                    public static void %2$s(%s) {
                        switch (%s.data()) {
                            case HalfFloatArray _ -> Half%5$s
                            case BFloat16Array _ -> BFloat16%5$s
                            default -> %5$s
                        }
                    }""".formatted(
                        owner, method.getName(), parameters, firstStored(method).getName(), call);
    }
}
