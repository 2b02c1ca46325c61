/** A device that interprets the IR and checks what it does. Start at {@link org.tornadonn.engine.interpret.InterpreterDevice}. May import engine and engine.ir. */
package org.tornadonn.engine.interpret;
