/** Reads, lowers and compiles kernels, each once. Start at {@link org.tornadonn.engine.compile.KernelCompiler}. May import engine, engine.ir, engine.read and engine.pass. */
package org.tornadonn.engine.compile;
