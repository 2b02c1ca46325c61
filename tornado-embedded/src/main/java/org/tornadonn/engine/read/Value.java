package org.tornadonn.engine.read;

import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Scalar;
import org.tornadonn.engine.ir.Storage;

/** What the reader knows of an entry of the operand stack or of a local variable that holds a reference. */
sealed interface Value {
    record Number(Expr expr) implements Value {}

    record Array(Storage storage) implements Value {}

    record Context() implements Value {}

    /** A number of a 16-bit format, as the F32 that it equals: a HalfFloat, or the bits of a bfloat16. */
    record Short(Scalar format, Expr expr) implements Value {}

    /** A new HalfFloat before its constructor. */
    record Unborn() implements Value {}
}
