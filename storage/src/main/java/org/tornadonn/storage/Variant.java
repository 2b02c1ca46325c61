package org.tornadonn.storage;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/** The source of a class for another format: that of its methods with stored tensors, with what differs replaced where it stands. */
final class Variant extends TreeScanner<Void, Void> {
    private final Format format;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final String source;
    private final String owner;

    /** Whether a class of the package, by its simple name, has a method of a name with stored tensors. */
    private final BiPredicate<String, String> hasVariant;

    /** By the place where it stands in the source: what is put in, and up to where it replaces. */
    private final TreeMap<Integer, Edit> edits = new TreeMap<>();

    private final Set<String> stored = new HashSet<>();

    private record Edit(String text, int end) {
        Edit then(Edit other) {
            return new Edit(text + other.text, end);
        }
    }

    Variant(
            Format format,
            CompilationUnitTree unit,
            SourcePositions positions,
            String source,
            String owner,
            BiPredicate<String, String> hasVariant) {
        this.format = format;
        this.unit = unit;
        this.positions = positions;
        this.source = source;
        this.owner = owner;
        this.hasVariant = hasVariant;
    }

    /** The whole of the file. */
    String write(ClassTree type) {
        return SourceFile.of(
                unit,
                type,
                format.prefix + owner,
                "{@link " + owner + "} for tensors in {@link " + format.array + "}; all arithmetic is in float.",
                SourceFile.storedMethods(type).map(this::method));
    }

    private String method(MethodTree method) {
        edits.clear();
        stored.clear();
        scan(method, null);
        StringBuilder out = new StringBuilder();
        int at = start(method);
        for (Map.Entry<Integer, Edit> edit : edits.entrySet()) {
            out.append(source, at, edit.getKey()).append(edit.getValue().text());
            at = Math.max(edit.getKey(), edit.getValue().end());
        }
        return out.append(source, at, end(method)).toString();
    }

    private int start(Tree tree) {
        return (int) positions.getStartPosition(unit, tree);
    }

    private int end(Tree tree) {
        return (int) positions.getEndPosition(unit, tree);
    }

    private void replace(int from, int to, String text) {
        edits.put(from, new Edit(text, to));
    }

    /** Puts something before and behind an expression. What stands in it is visited later, and comes to lie inside. */
    private void wrap(Tree expression, String before, String behind) {
        edits.merge(start(expression), new Edit(before, start(expression)), (outer, inner) -> outer.then(inner));
        edits.merge(end(expression), new Edit(behind, end(expression)), (outer, inner) -> inner.then(outer));
    }

    @Override
    public Void visitVariable(VariableTree variable, Void unused) {
        if (SourceFile.isStored(variable)) {
            stored.add(variable.getName().toString());
            for (AnnotationTree annotation : variable.getModifiers().getAnnotations()) {
                if (SourceFile.isStored(annotation)) {
                    replace(start(annotation), end(annotation), "");
                }
            }
            if (variable.getType().toString().equals("FloatArray")) {
                replace(start(variable.getType()), end(variable.getType()), format.array);
            }
        }
        return super.visitVariable(variable, unused);
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
        if (call.getMethodSelect() instanceof MemberSelectTree select
                && select.getExpression() instanceof IdentifierTree receiver) {
            String name = receiver.getName().toString();
            String method = select.getIdentifier().toString();
            if (stored.contains(name)) {
                element(call, select, method);
            } else if (hasVariant.test(name, method)) {
                wrap(receiver, format.prefix, "");
            }
        } else if (call.getMethodSelect() instanceof IdentifierTree method
                && hasVariant.test(owner, method.getName().toString())) {
            wrap(method, format.prefix + owner + ".", "");
        }
        return super.visitMethodInvocation(call, unused);
    }

    private void element(MethodInvocationTree call, MemberSelectTree select, String method) {
        switch (method) {
            case "get" -> wrap(call, format.beforeGet, format.afterGet);
            case "set" ->
                replace(
                        start(call),
                        start(call.getArguments().getFirst()),
                        "Rounded.set(" + select.getExpression() + ", ");
            case "array" -> replace(end(select) - method.length(), end(select), format.accessor);
            default -> {}
        }
    }

    @Override
    public Void visitMemberReference(MemberReferenceTree reference, Void unused) {
        if (reference.getQualifierExpression() instanceof IdentifierTree type
                && hasVariant.test(
                        type.getName().toString(), reference.getName().toString())) {
            wrap(type, format.prefix, "");
        }
        return super.visitMemberReference(reference, unused);
    }
}
