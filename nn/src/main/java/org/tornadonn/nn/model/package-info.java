/** A model planned for a batch: its training step, its parameters. Start at {@link org.tornadonn.nn.model.Model}. May import nn, nn.layer, kernels and the TornadoVM API. */
package org.tornadonn.nn.model;
