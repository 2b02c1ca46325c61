/** OpenCL devices through java.lang.foreign. Start at {@link org.tornadonn.engine.opencl.OpenClDevice}. May import engine, engine.ir and engine.emit. */
package org.tornadonn.engine.opencl;
