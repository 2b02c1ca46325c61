/** Functions of native libraries by java.lang.foreign. Start at {@link org.tornadonn.engine.foreign.NativeLibrary}. Imports nothing. */
package org.tornadonn.engine.foreign;
