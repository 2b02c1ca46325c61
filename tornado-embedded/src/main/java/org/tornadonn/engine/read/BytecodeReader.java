package org.tornadonn.engine.read;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.tornadonn.engine.ir.End;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Type;

/** Reads the bytecode of a kernel method, and of the static methods it calls, into the IR. */
public final class BytecodeReader {
    private final ClassLoader loader;
    private final KernelBuilder builder = new KernelBuilder();
    private final Deque<String> calls = new ArrayDeque<>();

    private BytecodeReader(ClassLoader loader) {
        this.loader = loader;
    }

    /** @throws RefusedException naming what the kernel language does not take, where, and what to write instead */
    public static Kernel read(MethodReference reference) {
        String owner = reference.owner().getName().replace('.', '/');
        return new BytecodeReader(reference.owner().getClassLoader()).kernel(owner, reference);
    }

    private Kernel kernel(String owner, MethodReference reference) {
        MethodModel method = find(owner, reference.name(), reference.descriptor(), reference.toString())
                .orElseThrow(() -> new RefusedException(Refusal.METHOD_CALL, reference.toString(), "no such method"));
        List<Param> params = new ArrayList<>();
        List<Value> arguments = new ArrayList<>();
        List<ClassDesc> types =
                MethodTypeDesc.ofDescriptor(reference.descriptor()).parameterList();
        List<String> names = MethodReader.parameterNames(method);
        for (int i = 0; i < types.size(); i++) {
            Param param = parameter(i, names.get(i), types.get(i), reference.toString());
            params.add(param);
            arguments.add(
                    switch (param) {
                        case Param.Value v -> new Value.Number(new Expr.Argument(v));
                        case Param.Array a -> new Value.Array(a.storage());
                        case Param.Context _ -> new Value.Context();
                    });
        }
        builder.begin(builder.newBlock(), 0);
        inline(owner, method, arguments, true);
        if (builder.open()) {
            builder.end(new End.Return());
        }
        String name = (reference.owner().getSimpleName() + "_" + reference.name()).replace('$', '_');
        return new Kernel(name, reference.toString(), params, builder.blocks, builder.loops);
    }

    private static Param parameter(int index, String name, ClassDesc type, String place) {
        String descriptor = type.descriptorString();
        if (type.isPrimitive()) {
            return switch (descriptor) {
                case "I" -> new Param.Value(index, name, Type.I32);
                case "J" -> new Param.Value(index, name, Type.I64);
                case "F" -> new Param.Value(index, name, Type.F32);
                case "D" -> new Param.Value(index, name, Type.F64);
                default -> throw new RefusedException(Refusal.PARAMETER_TYPE, place, type.displayName() + " " + name);
            };
        }
        String internal = type.isArray() ? descriptor : descriptor.substring(1, descriptor.length() - 1);
        if (internal.equals(Intrinsics.CONTEXT)) {
            return new Param.Context(index, name);
        }
        Optional<Scalar> element = Intrinsics.array(internal);
        return new Param.Array(new Storage.Global(
                index,
                name,
                element.orElseThrow(
                        () -> new RefusedException(Refusal.PARAMETER_TYPE, place, type.displayName() + " " + name))));
    }

    /** Reads a method's body into the open block; returns its value, or null. */
    Value inline(String owner, MethodModel method, List<Value> arguments, boolean outermost) {
        String key = owner + "." + method.methodName().stringValue()
                + method.methodType().stringValue();
        if (calls.contains(key)) {
            throw new RefusedException(Refusal.RECURSION, key.substring(key.lastIndexOf('/') + 1), "");
        }
        calls.push(key);
        Value result = new MethodReader(this, builder, owner, method, outermost).read(arguments);
        calls.pop();
        return result;
    }

    /** A static method with a body, or empty. */
    Optional<MethodModel> find(String owner, String name, String descriptor, String place) {
        try (InputStream in = loader == null
                ? ClassLoader.getSystemResourceAsStream(owner + ".class")
                : loader.getResourceAsStream(owner + ".class")) {
            if (in == null) {
                throw new RefusedException(Refusal.CLASS_FILE_MISSING, place, owner);
            }
            ClassModel model = ClassFile.of().parse(in.readAllBytes());
            return model.methods().stream()
                    .filter(m -> m.methodName().equalsString(name)
                            && m.methodType().equalsString(descriptor)
                            && m.flags().has(AccessFlag.STATIC)
                            && m.code().isPresent())
                    .findFirst();
        } catch (IOException e) {
            throw new RefusedException(Refusal.CLASS_FILE_MISSING, place, owner);
        }
    }

    ClassLoader loader() {
        return loader;
    }
}
