/** ConvNeXt. Start at {@link org.tornadonn.nn.convnext.ConvNextConfig}. May import nn, nn.layer, nn.model, kernels and the TornadoVM API. */
package org.tornadonn.nn.convnext;
