/** Reads, lowers and compiles kernels, each once. Start at {@link org.tornadonn.engine.compile.KernelCompiler}. May import engine, engine.ir, engine.read, engine.pass, engine.emit, engine.prebuilt and engine.cuda. */
package org.tornadonn.engine.compile;
