package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.Slice;

/** The three matrix products of a linear layer with weights w [out, in]: NT y = x wᵀ, NN dX = dY w, TN dW = dYᵀ x. */
final class MatMulOp {
    static final Op OP = new Op(
            "matmul",
            "rows x in x out",
            Ladders.of(
                    List.of(Ladders.size(3, 5, 7), Ladders.size(19, 33, 35)),
                    List.of(Ladders.size(512, 512, 512), Ladders.size(1024, 1024, 1024), Ladders.size(4160, 192, 768)),
                    List.of(
                            Ladders.size(512, 512, 512),
                            Ladders.size(1024, 1024, 1024),
                            Ladders.size(2048, 2048, 2048),
                            Ladders.size(4160, 192, 192),
                            Ladders.size(4160, 192, 576),
                            Ladders.size(4160, 192, 768),
                            Ladders.size(4160, 768, 192)),
                    Ladders.size(4096, 4096, 4096)),
            List.of(
                    pass("forward NT", MatMulOp::forward),
                    pass("input NN", MatMulOp::input),
                    pass("weight TN", MatMulOp::weight)));

    private MatMulOp() {}

    private static Op.Pass pass(String name, java.util.function.BiFunction<Operands, int[], Op.Work> work) {
        return new Op.Pass(
                name,
                s -> 4 * ((long) s[0] * s[1] + (long) s[1] * s[2] + (long) s[0] * s[2]),
                s -> 2 * Ladders.elements(s),
                work);
    }

    private static Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice x = o.normal(rows * in);
        Slice w = o.normal(out * in);
        Slice y = o.output(rows * out);
        return new Op.Work(
                s -> MatMulKernel.linear(s, "matmul", y, x, w, Epilogue.NONE, rows, in, out),
                e -> e.sampled("y", y, rows * out, in, i -> {
                    int row = i / out;
                    int column = i % out;
                    return dot(in, k -> at(x, row * in + k), k -> at(w, column * in + k));
                }));
    }

    private static Op.Work input(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice dY = o.normal(rows * out);
        Slice w = o.normal(out * in);
        Slice dX = o.output(rows * in);
        return new Op.Work(
                s -> MatMulKernel.linearBackwardInput(s, "matmul", dX, dY, w, Epilogue.NONE, rows, in, out),
                e -> e.sampled("dX", dX, rows * in, out, i -> {
                    int row = i / in;
                    int column = i % in;
                    return dot(out, k -> at(dY, row * out + k), k -> at(w, k * in + column));
                }));
    }

    private static Op.Work weight(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice dY = o.normal(rows * out);
        Slice x = o.normal(rows * in);
        Slice dW = o.output(out * in);
        return new Op.Work(
                s -> MatMulKernel.linearBackwardWeight(s, "matmul", dW, dY, x, rows, in, out),
                e -> e.sampled("dW", dW, out * in, rows, i -> {
                    int row = i / in;
                    int column = i % in;
                    return dot(rows, k -> at(dY, k * out + row), k -> at(x, k * in + column));
                }));
    }

    private static double dot(int n, IntToDoubleFunction a, IntToDoubleFunction b) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += a.applyAsDouble(k) * b.applyAsDouble(k);
        }
        return sum;
    }
}
