package org.tornadonn.storage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A tensor that may be kept in 16 bits: a FloatArray of a kernel, or a Slice of the method that launches it. Of each class that has such
 * parameters the compiler makes {@code HalfX} and {@code BFloat16X}, with HalfFloatArray and BFloat16Array in their place, of the methods
 * that have them; and, of its public methods on slices, X without its suffix Kernel, whose methods choose by the tensors that they are
 * given. What is read is a float, all arithmetic is in float, and what is written is rounded; what has no annotation stays in float. So a
 * kernel is written once, and each variant is a class of its own, as TornadoVM needs it.
 *
 * <p>The variable must be used by its name: {@code x.get(i)}, {@code x.set(i, v)}, {@code x.array()}, or as an argument. A method called, or
 * referred to by {@code X::method}, is replaced by its variant where it has one. Methods are told apart by their names alone, and what a
 * variant uses of its class must not be private.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.PARAMETER, ElementType.LOCAL_VARIABLE})
public @interface Stored {}
