package org.tornadonn.engine.ir;

/** A mutable local variable of a work-item; {@code id} is unique in its kernel, {@code name} is for readers of generated code. */
public record Var(int id, String name, Type type) {}
