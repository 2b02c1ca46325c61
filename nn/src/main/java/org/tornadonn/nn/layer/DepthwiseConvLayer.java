package org.tornadonn.nn.layer;

import org.tornadonn.kernels.DepthwiseConvKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;

/** A k x k depthwise convolution of [batch, side, side, c], zeros around, with the gradients of its weight and bias. */
public final class DepthwiseConvLayer {
    private final String id;
    private final Scope scope;
    private final int batch;
    private final int side;
    private final int c;
    private final int k;

    /**
     * @param id the beginning of its tasks' names
     * @param scope of weight [c, 1, k, k] and bias [c]
     */
    public DepthwiseConvLayer(String id, Scope scope, int batch, int side, int c, int k) {
        this.id = id;
        this.scope = scope;
        this.batch = batch;
        this.side = side;
        this.c = c;
        this.k = k;
    }

    /** Adds its parameters to a table; {@code prefix} ends with a dot. */
    public static void parameters(ParameterTable table, String prefix, int c, int k) {
        table.add(prefix + "weight", false, c, 1, k, k);
        table.add(prefix + "bias", false, c);
    }

    public void forward(Stage s, Slice y, Slice x) {
        DepthwiseConvKernel.forward(s, id, y, x, scope.param("weight"), scope.param("bias"), batch, side, c, k);
    }

    public void backwardWeights(Stage s, Slice dY, Slice x) {
        DepthwiseConvKernel.backwardWeights(
                s, id + "Weights", scope.grad("weight"), scope.grad("bias"), dY, x, batch, side, c, k);
    }

    /** {@code dSkip}: gradient that reaches x past this layer, or null; may be dX itself. */
    public void backwardInput(Stage s, Slice dX, Slice dY, Slice dSkip) {
        DepthwiseConvKernel.backwardInput(s, id + "Input", dX, dY, scope.param("weight"), dSkip, batch, side, c, k);
    }
}
