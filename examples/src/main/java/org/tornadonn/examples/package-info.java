/** The command line and programs to copy. Start at {@link org.tornadonn.examples.Main}. Nothing imports it. */
package org.tornadonn.examples;
