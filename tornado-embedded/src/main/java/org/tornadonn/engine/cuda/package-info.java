/**
 * CUDA C to PTX by NVRTC or nvcc. Start at {@link org.tornadonn.engine.cuda.PtxCompiler}. May import engine, engine.ir, engine.emit and
 * engine.foreign.
 */
package org.tornadonn.engine.cuda;
