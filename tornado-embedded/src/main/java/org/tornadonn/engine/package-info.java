/** What an engine's device is: {@link org.tornadonn.engine.Device}. May import engine.ir. */
package org.tornadonn.engine;
