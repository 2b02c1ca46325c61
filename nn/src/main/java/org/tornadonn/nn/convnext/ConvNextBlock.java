package org.tornadonn.nn.convnext;

import java.util.List;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.layer.DepthwiseConvLayer;
import org.tornadonn.nn.layer.DropPath;
import org.tornadonn.nn.layer.LinearLayer;
import org.tornadonn.nn.layer.Mlp;
import org.tornadonn.nn.layer.Network;
import org.tornadonn.nn.layer.NormLayer;
import org.tornadonn.nn.layer.Scope;

/** The block: x += gamma ⊙ dropPath(fc2(gelu(fc1(norm(depthwise(x)))))). All blocks of a stage share these tasks, one after the other. */
final class ConvNextBlock {
    private final Network net;
    private final int depth;
    private final int c;
    private final int rows;
    private final DepthwiseConvLayer conv;
    private final NormLayer norm;
    private final Mlp mlp;
    private final DropPath dropPath;
    private final Slice x;
    private final Slice convolved;
    private final Slice normed;

    ConvNextBlock(ConvNextConfig config, Network net, int stage) {
        this.net = net;
        depth = config.depths().get(stage);
        int side = config.side(stage);
        c = config.dims().get(stage);
        rows = Math.multiplyExact(net.batch(), side * side);
        Scope scope = net.blocks("stages." + stage + ".blocks.0.", depth);
        conv = new DepthwiseConvLayer("conv", scope.in("conv_dw."), net.batch(), side, c, ConvNextConfig.KERNEL);
        norm = new NormLayer(net, "norm", scope.in("norm."), depth, rows, c);
        int width = ConvNextConfig.EXPANSION * c;
        LinearLayer fc1 = new LinearLayer("fc1", scope.in("mlp.fc1."), rows, c, width);
        LinearLayer fc2 = new LinearLayer(net, "fc2", scope.in("mlp.fc2."), scope, rows, width, c);
        List<Integer> depths = config.depths();
        int before = depths.subList(0, stage).stream().mapToInt(d -> d).sum();
        int blocks = depths.stream().mapToInt(d -> d).sum();
        dropPath = new DropPath(net, "dropPath", 0, before, depth, blocks, rows, c);
        x = Slice.stacked(net.resident(depth + 1, rows, c), rows * c);
        convolved = saved();
        normed = saved();
        mlp = new Mlp(net, fc1, fc2, depth, rows, width);
    }

    private Slice saved() {
        return net.savedInBlocks(depth, (long) rows * c);
    }

    /** The input of the first block. */
    Slice first() {
        return new Slice(x.array(), 0, 0);
    }

    /** The output of the last block. */
    Slice last() {
        return new Slice(x.array(), depth * x.stride(), 0);
    }

    void forward(Stage s) {
        conv.forward(s, convolved, x);
        norm.forward(s, normed, convolved);
        mlp.forward(s, x.shifted(1), normed, dropPath.forward(s).withResidual(x));
    }

    /** From the gradient of the block's output, in {@code dX}, to that of its input, in the same place. */
    void backward(Stage s, Slice dX) {
        Slice dNormed = temporary();
        Slice dConvolved = temporary();
        mlp.backward(s, dNormed, dropPath.backward(s, dX), normed);
        norm.backward(s, dConvolved, dNormed, convolved, null);
        conv.backwardWeights(s, dConvolved, x);
        conv.backwardInput(s, dX, dConvolved, dX);
    }

    private Slice temporary() {
        return Slice.of(net.temporary(rows, c));
    }
}
