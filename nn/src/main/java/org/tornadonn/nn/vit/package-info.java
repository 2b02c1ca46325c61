/** Vision transformers. Start at {@link org.tornadonn.nn.vit.VisionTransformer}. May import nn, kernels and the TornadoVM API. */
package org.tornadonn.nn.vit;
