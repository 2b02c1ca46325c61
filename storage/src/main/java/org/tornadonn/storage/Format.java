package org.tornadonn.storage;

/** A 16-bit format, and how Java says that a tensor is in it. */
enum Format {
    HALF("Half", "HalfFloatArray", "halves", "", ".getFloat32()"),
    BFLOAT16("BFloat16", "BFloat16Array", "bfloats", "BFloat16.bf16ToFloat(", ")");

    /** What the name of a variant begins with. */
    final String prefix;

    final String array;

    /** The method of Slice that gives such an array. */
    final String accessor;

    /** What stands before and after an element that is read. */
    final String beforeGet;

    final String afterGet;

    Format(String prefix, String array, String accessor, String beforeGet, String afterGet) {
        this.prefix = prefix;
        this.array = array;
        this.accessor = accessor;
        this.beforeGet = beforeGet;
        this.afterGet = afterGet;
    }
}
