package org.tornadonn.engine.read;

import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;

/** The static method behind a serializable method reference or lambda. */
public record MethodReference(Class<?> owner, String name, String descriptor) {
    /** @throws RefusedException where {@code code} is something else, or captures values */
    public static MethodReference of(Serializable code) {
        SerializedLambda lambda;
        Class<?> owner;
        try {
            Method replace = code.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            lambda = (SerializedLambda) replace.invoke(code);
            owner = Class.forName(
                    lambda.getImplClass().replace('/', '.'),
                    false,
                    code.getClass().getClassLoader());
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new RefusedException(
                    Refusal.NOT_A_METHOD_REFERENCE, code.getClass().getName(), "");
        }
        if (lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic || lambda.getCapturedArgCount() != 0) {
            throw new RefusedException(
                    Refusal.NOT_A_METHOD_REFERENCE, owner.getSimpleName() + "." + lambda.getImplMethodName(), "");
        }
        return new MethodReference(owner, lambda.getImplMethodName(), lambda.getImplMethodSignature());
    }

    @Override
    public String toString() {
        return owner.getSimpleName() + "." + name;
    }
}
