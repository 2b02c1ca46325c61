/** What an engine's device is: {@link org.tornadonn.engine.Device}. May import engine.ir and the exceptions of the API. */
package org.tornadonn.engine;
