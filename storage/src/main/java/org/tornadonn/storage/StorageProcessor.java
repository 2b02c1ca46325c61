package org.tornadonn.storage;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import javax.tools.Diagnostic;

/** Makes the classes that {@link Stored} speaks of. */
public final class StorageProcessor extends AbstractProcessor {
    @Override
    public Set<String> getSupportedAnnotationTypes() {
        return Set.of(Stored.class.getName());
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latest();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        Set<TypeElement> types = new LinkedHashSet<>();
        for (Element parameter : round.getElementsAnnotatedWith(Stored.class)) {
            types.add((TypeElement) parameter.getEnclosingElement().getEnclosingElement());
        }
        types.forEach(this::write);
        return true;
    }

    private void write(TypeElement type) {
        Trees trees = Trees.instance(processingEnv);
        TreePath path = trees.getPath(type);
        String owner = type.getSimpleName().toString();
        String inPackage = processingEnv.getElementUtils().getPackageOf(type).getQualifiedName() + ".";
        CompilationUnitTree unit = path.getCompilationUnit();
        ClassTree tree = (ClassTree) path.getLeaf();
        try {
            String source = unit.getSourceFile().getCharContent(true).toString();
            for (Format format : Format.values()) {
                Variant variant = new Variant(
                        format,
                        unit,
                        trees.getSourcePositions(),
                        source,
                        owner,
                        (other, method) -> hasVariant(inPackage + other, method));
                write(type, inPackage + format.prefix + owner, variant.write(tree));
            }
            Optional<String> dispatch = Dispatch.write(unit, tree);
            if (dispatch.isPresent()) {
                write(type, inPackage + Dispatch.name(tree), dispatch.get());
            }
        } catch (IOException e) {
            processingEnv.getMessager().printMessage(Diagnostic.Kind.ERROR, "no variant in 16 bits: " + e, type);
        }
    }

    private void write(TypeElement of, String name, String source) throws IOException {
        try (Writer out = processingEnv.getFiler().createSourceFile(name, of).openWriter()) {
            out.write(source);
        }
    }

    private boolean hasVariant(String type, String method) {
        TypeElement element = processingEnv.getElementUtils().getTypeElement(type);
        return element != null
                && ElementFilter.methodsIn(element.getEnclosedElements()).stream()
                        .filter(m -> m.getSimpleName().contentEquals(method))
                        .map(ExecutableElement::getParameters)
                        .anyMatch(
                                parameters -> parameters.stream().anyMatch(p -> p.getAnnotation(Stored.class) != null));
    }
}
