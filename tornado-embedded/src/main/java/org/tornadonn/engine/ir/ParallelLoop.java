package org.tornadonn.engine.ir;

/**
 * A loop over {@code var} marked @Parallel. As read from bytecode it is still a sequential loop of the control-flow graph:
 * {@code var} is assigned {@code start} before the loop, compared in the header, and stepped by a constant at the end.
 * {@code depth} is 0 for the outermost; loops are listed
 * in the order of the source.
 */
public record ParallelLoop(Var var, int depth) {}
