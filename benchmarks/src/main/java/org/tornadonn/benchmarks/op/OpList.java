package org.tornadonn.benchmarks.op;

import java.util.List;
import java.util.stream.Collectors;
import org.tornadonn.kernels.DType;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.TaskGraph;

/** Every op that is measured; one entry each. */
public final class OpList {
    public static final List<Op> ALL = List.of(
            LayerNormOp.of(DType.FLOAT32),
            RmsNormOp.of(DType.FLOAT32),
            PointwiseOp.dyt(DType.FLOAT32),
            PointwiseOp.DERF,
            SoftmaxOp.OP,
            GeluOp.OP,
            BiasOp.OP,
            MatMulOp.of(DType.FLOAT32),
            LinearOp.OP,
            BatchedMatMulOp.OP,
            AttentionOp.FULL,
            AttentionOp.CAUSAL,
            DepthwiseConvOp.OP,
            LayerScaleOp.OP,
            DropPathOp.OP,
            DropoutOp.OP,
            MixOp.OP,
            PatchOp.OP,
            TokenOp.OP,
            PoolOp.OP,
            CrossEntropyOp.OP,
            AccumulateOp.OP,
            GradientNormOp.OP,
            AdamWOp.OP,
            LayerNormOp.of(DType.FLOAT16),
            RmsNormOp.of(DType.FLOAT16),
            PointwiseOp.dyt(DType.FLOAT16),
            MatMulOp.of(DType.FLOAT16),
            LayerNormOp.of(DType.BFLOAT16),
            RmsNormOp.of(DType.BFLOAT16),
            PointwiseOp.dyt(DType.BFLOAT16),
            MatMulOp.of(DType.BFLOAT16));

    private OpList() {}

    /** What is measured unless ops are named. On an SDK few devices take tensors in 16 bits, and the others would say so row by row. */
    public static List<Op> usual() {
        return TaskGraph.class.getModule().isNamed()
                ? ALL.stream().filter(o -> !o.name().endsWith("float16")).toList()
                : ALL;
    }

    public static Op of(String name) {
        return ALL.stream()
                .filter(o -> o.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> new UserException("There is no op " + name + ". There are: " + names() + ", train."));
    }

    public static String names() {
        return ALL.stream().map(Op::name).collect(Collectors.joining(", "));
    }
}
