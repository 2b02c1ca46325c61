/** OpenCL devices through java.lang.foreign. Start at {@link org.tornadonn.engine.opencl.OpenClDevice}. May import engine, engine.ir, engine.emit and engine.foreign. */
package org.tornadonn.engine.opencl;
