/** From a method reference to the IR of its bytecode. Start at {@link org.tornadonn.engine.read.BytecodeReader}. May import engine.ir. */
package org.tornadonn.engine.read;
