package org.tornadonn.engine.ir;

/** How a block ends. Targets are block ids. */
public sealed interface End {
    record Jump(int target) implements End {}

    record Branch(Expr condition, int then, int otherwise) implements End {}

    record Return() implements End {}
}
