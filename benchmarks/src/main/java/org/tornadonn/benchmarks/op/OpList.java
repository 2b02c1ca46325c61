package org.tornadonn.benchmarks.op;

import java.util.List;
import java.util.stream.Collectors;
import org.tornadonn.nn.UserException;

/** Every op that is measured; one entry each. */
public final class OpList {
    public static final List<Op> ALL = List.of(
            LayerNormOp.OP,
            RmsNormOp.OP,
            PointwiseOp.DYT,
            PointwiseOp.DERF,
            SoftmaxOp.OP,
            GeluOp.OP,
            BiasOp.OP,
            MatMulOp.OP,
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
            AdamWOp.OP);

    private OpList() {}

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
