/** What models share: parameters by name, the choice of norm, the engine that runs them. May import the TornadoVM API and kernels. */
package org.tornadonn.nn;
