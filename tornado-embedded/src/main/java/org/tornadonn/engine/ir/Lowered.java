package org.tornadonn.engine.ir;

import java.util.List;

/**
 * A kernel ready to be emitted.
 *
 * @param extents the number of iterations per dimension, made of constants, arguments and array lengths; empty for a kernel
 *     that takes its grid from the caller
 */
public record Lowered(Kernel kernel, List<Expr> extents) {}
