package org.tornadonn.engine.emit;

import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Type;

/** What OpenCL C and CUDA C say differently. A {@code place} is a pointer to the first of the elements meant. */
interface Dialect {
    /** What stands above the kernel, guarded so that the sources of several kernels can be put together to one program. */
    String prelude(Kernel kernel);

    /** The words before a kernel's name. */
    String kernel();

    /** The words before the type of a parameter that points to global memory. */
    String global();

    /** The words before the type of a work-group's array. */
    String local();

    String vector(String scalar, int lanes);

    /** The unsigned type of 64 or 32 bits. */
    String unsigned(boolean wide);

    /** A conversion of OpenCL's {@code kind}: "convert_" of the value, "as_" of the bits, which of integers of a size is the same. */
    String cast(String kind, String type, String x);

    /** The conversion of a floating-point number, not NaN, to the nearest integer of the type, towards zero. */
    String saturated(Type to, Type from, String x);

    String loadVector(Type type, String place);

    String storeVector(Storage array, Type type, String place, String value);

    /** The type of an array's elements in a format of 16 bits. */
    String shortFloat(Scalar format);

    /** Elements in a format of 16 bits as floats. */
    String loadShort(Scalar format, Type type, String place);

    /** Stores floats in a format of 16 bits, rounded. */
    String storeShort(Scalar format, Storage array, Type type, String place, String value);

    /** The nearest numbers of a format of 16 bits, as floats. */
    String rounded(Scalar format, Type type, String x);

    /** 0, 1, 2, ... in the lanes. */
    String laneNumbers(Type type);

    /** The name of exp for the type. */
    String exp(Type type);

    String nan();

    String infinity();

    String workItem(Expr.Query query, int dimension);

    String barrier(boolean global);

    String atomicAdd(Scalar element, String place, String value);

    /** The type of an array's elements. */
    default String element(Scalar scalar) {
        return switch (scalar) {
            case BOOL, I8 -> "signed char";
            case I16 -> "short";
            case I32 -> "int";
            case I64 -> "long";
            case F32 -> "float";
            case F64 -> "double";
            case F16, BF16 -> shortFloat(scalar);
        };
    }

    default String type(Type type) {
        String scalar = type.scalar() == Scalar.BOOL ? "int" : element(type.scalar());
        return type.isVector() ? vector(scalar, type.lanes()) : scalar;
    }
}
