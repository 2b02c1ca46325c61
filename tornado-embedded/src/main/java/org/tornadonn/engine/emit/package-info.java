/** From lowered IR to C source. Start at {@link org.tornadonn.engine.emit.KernelWriter}. May import engine.ir. */
package org.tornadonn.engine.emit;
