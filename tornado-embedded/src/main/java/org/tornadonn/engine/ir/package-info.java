/** The typed intermediate representation of a kernel: start at {@link org.tornadonn.engine.ir.Kernel}. Imports nothing. */
package org.tornadonn.engine.ir;
