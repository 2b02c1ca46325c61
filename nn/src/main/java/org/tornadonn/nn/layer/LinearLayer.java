package org.tornadonn.nn.layer;

import org.tornadonn.kernels.BiasKernel;
import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.LayerScaleKernel;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;

/**
 * y [rows, out] = x [rows, in] wᵀ + b, or gamma ⊙ (x wᵀ + b) where its outputs are scaled by channel (LayerScale), with the gradients of
 * its weight, bias and gamma.
 */
public final class LinearLayer {
    private final String id;
    private final Scope scope;
    private final Scope scale;
    private final Slice scaledWeight;
    private final int rows;
    private final int in;
    private final int out;

    /**
     * @param id the beginning of its tasks' names
     * @param scope of weight [out, in] and bias [out]
     */
    public LinearLayer(String id, Scope scope, int rows, int in, int out) {
        this(id, scope, null, null, rows, in, out);
    }

    /**
     * With scaled outputs.
     *
     * @param id the beginning of its tasks' names
     * @param scope of weight [out, in] and bias [out]
     * @param scale of gamma [out]
     */
    public LinearLayer(Network net, String id, Scope scope, Scope scale, int rows, int in, int out) {
        this(id, scope, scale, Slice.of(net.array(MemoryUse.SCALED_WEIGHTS, out, in)), rows, in, out);
    }

    private LinearLayer(String id, Scope scope, Scope scale, Slice scaledWeight, int rows, int in, int out) {
        this.id = id;
        this.scope = scope;
        this.scale = scale;
        this.scaledWeight = scaledWeight;
        this.rows = rows;
        this.in = in;
        this.out = out;
    }

    /** Adds its parameters to a table; {@code prefix} ends with a dot. */
    public static void parameters(ParameterTable table, String prefix, int in, int out) {
        table.add(prefix + "weight", false, out, in);
        table.add(prefix + "bias", false, out);
    }

    public void forward(Stage s, Slice y, Slice x) {
        forward(s, y, x, Epilogue.NONE);
    }

    /** {@code then} is what else follows the product. */
    public void forward(Stage s, Slice y, Slice x, Epilogue then) {
        Epilogue biased = then.withBias(scope.param("bias"));
        Epilogue all = scale == null ? biased : biased.withScale(scale.param("gamma"));
        MatMulKernel.linear(s, id, y, x, scope.param("weight"), all, rows, in, out);
    }

    /** y = GELU(hidden), hidden = x wᵀ + b. */
    public void forwardGelu(Stage s, Slice y, Slice hidden, Slice x) {
        forward(s, hidden, x, Epilogue.NONE.withGelu(GeluKernel.Form.EXACT, y));
    }

    /** The gradients of all parameters; those of the input come behind it, because a scaled layer's read what this leaves. */
    public void backwardWeights(Stage s, Slice dY, Slice x) {
        MatMulKernel.linearBackwardWeight(s, id + "Weight", scope.grad("weight"), dY, x, rows, in, out);
        BiasKernel.backward(s, id + "Bias", scope.grad("bias"), dY, rows, out);
        if (scale != null) {
            LayerScaleKernel.backward(
                    s,
                    id + "Scale",
                    scope.grad("weight"),
                    scope.grad("bias"),
                    scale.grad("gamma"),
                    scaledWeight,
                    scope.param("weight"),
                    scope.param("bias"),
                    scale.param("gamma"),
                    out,
                    in);
        }
    }

    public void backwardInput(Stage s, Slice dX, Slice dY) {
        backwardInput(s, dX, dY, Epilogue.NONE);
    }

    /** The gradient of hidden where x was GELU(hidden). */
    public void backwardGelu(Stage s, Slice dHidden, Slice dY, Slice hidden) {
        backwardInput(s, dHidden, dY, Epilogue.NONE.withGeluGradient(GeluKernel.Form.EXACT, hidden));
    }

    private void backwardInput(Stage s, Slice dX, Slice dY, Epilogue then) {
        Slice w = scale == null ? scope.param("weight") : scaledWeight;
        MatMulKernel.linearBackwardInput(s, id + "Input", dX, dY, w, then, rows, in, out);
    }
}
