/** From lowered IR to C source. Start at {@link org.tornadonn.engine.emit.OpenClWriter}. May import engine.ir. */
package org.tornadonn.engine.emit;
