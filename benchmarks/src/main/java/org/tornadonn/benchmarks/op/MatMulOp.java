package org.tornadonn.benchmarks.op;

import static org.tornadonn.benchmarks.op.Operands.at;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.MatMul;
import org.tornadonn.kernels.Slice;

/** The three matrix products of a linear layer with weights w [out, in]: NT y = x wᵀ, NN dX = dY w, TN dW = dYᵀ x. */
final class MatMulOp {
    private static final Op.Sizes SIZES = Ladders.of(
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
            Ladders.size(4096, 4096, 4096));

    private static final Op.Sizes OF_16_BITS = Ladders.of(
            SIZES.tiny(), List.of(Ladders.size(4160, 192, 768)), SIZES.quick(), Ladders.size(4096, 4096, 4096));

    private final DType type;

    private MatMulOp(DType type) {
        this.type = type;
    }

    static Op of(DType type) {
        MatMulOp op = new MatMulOp(type);
        return new Op(
                "matmul" + Ladders.suffix(type),
                "rows x in x out",
                type == DType.FLOAT32 ? SIZES : OF_16_BITS,
                List.of(
                        op.pass("forward NT", op::forward),
                        op.pass("input NN", op::input),
                        op.pass("weight TN", op::weight)));
    }

    private Op.Pass pass(String name, BiFunction<Operands, int[], Op.Work> work) {
        return new Op.Pass(
                name,
                s -> type.bytes() * ((long) s[0] * s[1] + (long) s[1] * s[2] + (long) s[0] * s[2]),
                s -> 2 * Ladders.elements(s),
                work);
    }

    private Op.Work forward(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice x = o.normal(type, rows * in);
        Slice w = o.normal(type, out * in);
        Slice y = o.output(type, rows * out);
        return new Op.Work(
                s -> MatMul.linear(s, "matmul", y, x, w, Epilogue.NONE, rows, in, out),
                e -> e.sampled("y", y, rows * out, in, i -> {
                    int row = i / out;
                    int column = i % out;
                    return dot(in, k -> at(x, row * in + k), k -> at(w, column * in + k));
                }));
    }

    private Op.Work input(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice dY = o.normal(type, rows * out);
        Slice w = o.normal(type, out * in);
        Slice dX = o.output(type, rows * in);
        return new Op.Work(
                s -> MatMul.linearBackwardInput(s, "matmul", dX, dY, w, Epilogue.NONE, rows, in, out),
                e -> e.sampled("dX", dX, rows * in, out, i -> {
                    int row = i / in;
                    int column = i % in;
                    return dot(out, k -> at(dY, row * out + k), k -> at(w, k * in + column));
                }));
    }

    private Op.Work weight(Operands o, int[] size) {
        int rows = size[0];
        int in = size[1];
        int out = size[2];
        Slice dY = o.normal(type, rows * out);
        Slice x = o.normal(type, rows * in);
        Slice dW = o.output(type, out * in);
        return new Op.Work(
                s -> MatMul.linearBackwardWeight(s, "matmul", dW, dY, x, rows, in, out),
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
