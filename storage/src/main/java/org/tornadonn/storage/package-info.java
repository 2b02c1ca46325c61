/**
 * Kernels for tensors in 16 bits, made from those in float when they are compiled. Start at {@link org.tornadonn.storage.Stored}. Nothing of
 * it is needed at run time. May import the JDK only.
 */
package org.tornadonn.storage;
