package org.tornadonn.nn.vit;

import org.tornadonn.kernels.BiasKernel;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;

/** y = x wᵀ + b, with the gradients of its weight and bias. */
record LinearLayer(String id, Slice w, Slice b, Slice dW, Slice dB, int rows, int in, int out) {

    /** {@code residual} is added to y where it is not null. */
    void forward(Stage s, Slice y, Slice x, Slice residual) {
        MatMulKernel.linear(s, id, y, x, w, b, residual, rows, in, out);
    }

    void backwardWeights(Stage s, Slice dY, Slice x) {
        MatMulKernel.linearBackwardWeight(s, id + "Weight", dW, dY, x, rows, in, out);
        BiasKernel.backward(s, id + "Bias", dB, dY, rows, out);
    }

    void backwardInput(Stage s, Slice dX, Slice dY) {
        MatMulKernel.linearBackwardInput(s, id + "Input", dX, dY, w, rows, in, out);
    }
}
