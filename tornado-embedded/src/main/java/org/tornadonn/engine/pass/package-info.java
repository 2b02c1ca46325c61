/**
 * Passes over the IR, in the order that {@link org.tornadonn.engine.pass.Pipeline} lists them. May import engine.ir and the
 * refusals of engine.read.
 */
package org.tornadonn.engine.pass;
