/**
 * CUDA devices, and CUDA C to PTX by NVRTC or nvcc, through java.lang.foreign. Start at {@link org.tornadonn.engine.cuda.CudaDevice}. May
 * import engine, engine.ir, engine.emit and engine.foreign.
 */
package org.tornadonn.engine.cuda;
