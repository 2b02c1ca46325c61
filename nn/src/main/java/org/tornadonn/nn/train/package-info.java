/** Training: {@link org.tornadonn.nn.train.Trainer}, schedule, checkpoints, logs. May import nn, nn.vit, nn.data and Jackson. */
package org.tornadonn.nn.train;
