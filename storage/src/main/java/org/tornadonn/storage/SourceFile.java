package org.tornadonn.storage;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What all classes have in common that are made of another one. */
final class SourceFile {
    private SourceFile() {}

    /** A class of static methods, which sees what the one that it is made of sees, and the static members of that one. */
    static String of(CompilationUnitTree unit, ClassTree type, String name, String doc, Stream<String> methods) {
        String api = "uk.ac.manchester.tornado.api.types.";
        String imports = Stream.concat(
                        unit.getImports().stream().map(i -> i.toString().strip()),
                        Stream.of("HalfFloat", "BFloat16", "arrays.HalfFloatArray", "arrays.BFloat16Array")
                                .map(used -> "import " + api + used + ";"))
                .filter(i -> !i.contains(Stored.class.getName()))
                .distinct()
                .collect(Collectors.joining("\n"));
        return """
                package %1$s;

                %2$s
                import static %1$s.%3$s.*;

                /** %4$s */
                %5$s class %6$s {
                    private %6$s() {}
                %7$s}
                """.formatted(
                        unit.getPackageName(),
                        imports,
                        type.getSimpleName(),
                        doc,
                        type.getModifiers().toString().strip(),
                        name,
                        methods.map(m -> "\n    " + m + "\n").collect(Collectors.joining()));
    }

    static Stream<MethodTree> storedMethods(ClassTree type) {
        return type.getMembers().stream()
                .filter(MethodTree.class::isInstance)
                .map(MethodTree.class::cast)
                .filter(m -> m.getParameters().stream().anyMatch(SourceFile::isStored));
    }

    static boolean isStored(VariableTree variable) {
        return variable.getModifiers().getAnnotations().stream().anyMatch(SourceFile::isStored);
    }

    static boolean isStored(AnnotationTree annotation) {
        return annotation.getAnnotationType().toString().endsWith(Stored.class.getSimpleName());
    }
}
