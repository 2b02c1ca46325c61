package org.tornadonn.nn.layer;

import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;

/**
 * y = fc2(GELU(fc1(x))) of identical blocks. What GELU is given is kept for backward, what it gives is not: it is the largest tensor of
 * a block, and computing it again takes a hundredth of the step (docs/results.md: gelu forward, by layer, against training).
 */
public final class Mlp {
    private final LinearLayer fc1;
    private final LinearLayer fc2;
    private final int elements;
    private final Slice hidden;
    private final Slice gelu;

    /**
     * @param layers number of blocks
     * @param width of what stands between the two layers
     */
    public Mlp(Network net, LinearLayer fc1, LinearLayer fc2, int layers, int rows, int width) {
        this.fc1 = fc1;
        this.fc2 = fc2;
        elements = Math.multiplyExact(rows, width);
        hidden = net.savedInBlocks(layers, elements);
        gelu = Slice.of(net.shared(MemoryUse.WORKING, elements));
    }

    /** {@code then} is what follows fc2. */
    public void forward(Stage s, Slice y, Slice x, Epilogue then) {
        fc1.forwardGelu(s, gelu, hidden, x);
        fc2.forward(s, y, gelu, then);
    }

    /** The gradients of all parameters, and of the input. */
    public void backward(Stage s, Slice dX, Slice dY, Slice x) {
        GeluKernel.forward(s, "gelu", GeluKernel.Form.EXACT, gelu, hidden, elements);
        fc2.backwardWeights(s, dY, gelu);
        Slice dHidden = gelu;
        fc2.backwardGelu(s, dHidden, dY, hidden);
        fc1.backwardWeights(s, dHidden, x);
        fc1.backwardInput(s, dX, dHidden);
    }
}
