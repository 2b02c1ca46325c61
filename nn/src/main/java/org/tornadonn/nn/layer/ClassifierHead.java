package org.tornadonn.nn.layer;

import org.tornadonn.kernels.PoolKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;

/** The end of a classifier: the mean over some tokens, a norm, a linear layer. */
public final class ClassifierHead {
    private final Network net;
    private final Slice x;
    private final Slice dX;
    private final int tokens;
    private final int first;
    private final int end;
    private final int c;
    private final Slice pooled;
    private final Slice features;
    private final NormLayer norm;
    private final LinearLayer linear;

    /**
     * @param norm scope of the norm's parameters
     * @param linear scope of the linear layer's
     * @param x tokens [batch, tokens, c]
     * @param dX where their gradient goes
     * @param first the first token of the mean: 1 to leave out a class token, else 0
     * @param end the token behind the last: 1 for the class token alone, else tokens
     */
    public ClassifierHead(
            Network net, Scope norm, Scope linear, Slice x, Slice dX, int tokens, int first, int end, int c) {
        this.net = net;
        this.x = x;
        this.dX = dX;
        this.tokens = tokens;
        this.first = first;
        this.end = end;
        this.c = c;
        this.norm = new NormLayer(net, "headNorm", norm, 1, net.batch(), c);
        this.linear = new LinearLayer("head", linear, net.batch(), c, net.classes());
        pooled = temporary(c);
        features = temporary(c);
    }

    private Slice temporary(int columns) {
        return Slice.of(net.temporary(net.batch(), columns));
    }

    public void forward(Stage s, Slice logits) {
        PoolKernel.forward(s, "pool", pooled, x, net.batch(), tokens, c, first, end);
        norm.forward(s, features, pooled);
        linear.forward(s, logits, features);
    }

    public void backward(Stage s, Slice dLogits) {
        Slice dFeatures = temporary(c);
        Slice dPooled = temporary(c);
        linear.backwardWeights(s, dLogits, features);
        linear.backwardInput(s, dFeatures, dLogits);
        norm.backward(s, dPooled, dFeatures, pooled, null);
        PoolKernel.backward(s, "poolBackward", dX, dPooled, net.batch(), tokens, c, first, end);
    }
}
