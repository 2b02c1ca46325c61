package org.tornadonn.nn.vit;

import java.util.function.Function;
import org.tornadonn.kernels.DyTKernel;
import org.tornadonn.kernels.LayerNormKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.Norm;

/**
 * A norm of the model: the one place that knows which.
 *
 * @param param the parameter tensors by their last name: alpha (DyT only), weight, bias
 * @param grad their gradients
 * @param mean saved by LayerNorm only
 */
record NormLayer(
        Norm norm,
        String id,
        Function<String, Slice> param,
        Function<String, Slice> grad,
        Slice mean,
        Slice rstd,
        int rows,
        int c) {
    private static final float EPS = 1e-6f;

    void forward(Stage s, Slice y, Slice x) {
        switch (norm) {
            case LAYER_NORM ->
                LayerNormKernel.forward(
                        s, id, y, mean, rstd, x, param.apply("weight"), param.apply("bias"), rows, c, EPS);
            case DYT ->
                DyTKernel.forward(
                        s, id, y, x, param.apply("alpha"), param.apply("weight"), param.apply("bias"), rows, c);
        }
    }

    /** {@code dSkip}: gradient that reaches x past this layer, or null. */
    void backward(Stage s, Slice dX, Slice dY, Slice x, Slice dSkip) {
        switch (norm) {
            case LAYER_NORM ->
                LayerNormKernel.backward(
                        s,
                        id + "Backward",
                        dX,
                        grad.apply("weight"),
                        grad.apply("bias"),
                        dY,
                        x,
                        param.apply("weight"),
                        mean,
                        rstd,
                        dSkip,
                        rows,
                        c);
            case DYT ->
                DyTKernel.backward(
                        s,
                        id + "Backward",
                        dX,
                        grad.apply("alpha"),
                        grad.apply("weight"),
                        grad.apply("bias"),
                        dY,
                        x,
                        param.apply("alpha"),
                        param.apply("weight"),
                        dSkip,
                        rows,
                        c);
        }
    }
}
