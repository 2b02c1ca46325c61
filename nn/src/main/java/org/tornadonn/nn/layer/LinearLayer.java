package org.tornadonn.nn.layer;

import org.tornadonn.kernels.BiasKernel;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;

/** y [rows, out] = x [rows, in] wᵀ + b, with the gradients of its weight and bias. */
public final class LinearLayer {
    private final String id;
    private final Scope scope;
    private final int rows;
    private final int in;
    private final int out;

    /**
     * @param id the beginning of its tasks' names
     * @param scope of weight [out, in] and bias [out]
     */
    public LinearLayer(String id, Scope scope, int rows, int in, int out) {
        this.id = id;
        this.scope = scope;
        this.rows = rows;
        this.in = in;
        this.out = out;
    }

    /** Adds its parameters to a table; {@code prefix} ends with a dot. */
    public static void parameters(ParameterTable table, String prefix, int in, int out) {
        table.add(prefix + "weight", false, out, in);
        table.add(prefix + "bias", false, out);
    }

    /** {@code residual} is added to y where it is not null. */
    public void forward(Stage s, Slice y, Slice x, Slice residual) {
        MatMulKernel.linear(s, id, y, x, scope.param("weight"), scope.param("bias"), residual, rows, in, out);
    }

    /** y = GELU(hidden), hidden = x wᵀ + b. */
    public void forwardGelu(Stage s, Slice y, Slice hidden, Slice x) {
        MatMulKernel.linearGelu(
                s, id, GeluKernel.Form.EXACT, y, hidden, x, scope.param("weight"), scope.param("bias"), rows, in, out);
    }

    public void backwardWeights(Stage s, Slice dY, Slice x) {
        MatMulKernel.linearBackwardWeight(s, id + "Weight", scope.grad("weight"), dY, x, rows, in, out);
        BiasKernel.backward(s, id + "Bias", scope.grad("bias"), dY, rows, out);
    }

    public void backwardInput(Stage s, Slice dX, Slice dY) {
        MatMulKernel.linearBackwardInput(s, id + "Input", dX, dY, scope.param("weight"), rows, in, out);
    }

    /** The gradient of hidden where x was GELU(hidden). */
    public void backwardGelu(Stage s, Slice dHidden, Slice dY, Slice hidden) {
        MatMulKernel.linearBackwardGelu(
                s, id + "Input", GeluKernel.Form.EXACT, dHidden, dY, scope.param("weight"), hidden, rows, in, out);
    }
}
