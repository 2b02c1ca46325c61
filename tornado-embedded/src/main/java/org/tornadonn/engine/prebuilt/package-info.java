/** Kernels compiled before the program runs, as FPGAs need them: exported, built offline, loaded. Start at {@link org.tornadonn.engine.prebuilt.PrebuiltKernels}. May import engine, engine.ir and engine.emit. */
package org.tornadonn.engine.prebuilt;
