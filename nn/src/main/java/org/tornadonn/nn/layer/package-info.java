/** Layers, and the network they are put together to. Start at {@link org.tornadonn.nn.layer.Network}. May import nn, kernels and the TornadoVM API. */
package org.tornadonn.nn.layer;
