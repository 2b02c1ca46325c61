/** Models by name. Start at {@link org.tornadonn.nn.zoo.Models}. May import nn, nn.model, nn.vit and nn.convnext. */
package org.tornadonn.nn.zoo;
