/** Labelled images and their batches. Start at {@link org.tornadonn.nn.data.ImageSet}. May import java.desktop for decoding. */
package org.tornadonn.nn.data;
