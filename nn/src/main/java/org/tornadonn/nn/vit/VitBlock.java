package org.tornadonn.nn.vit;

import org.tornadonn.kernels.AttentionKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.layer.DropPath;
import org.tornadonn.nn.layer.LinearLayer;
import org.tornadonn.nn.layer.Mlp;
import org.tornadonn.nn.layer.Network;
import org.tornadonn.nn.layer.NormLayer;
import org.tornadonn.nn.layer.Scope;

/** The pre-norm transformer block: x += dropPath1(attention(norm1(x))); x += dropPath2(mlp(norm2(x))). All blocks share these tasks, layer by layer. */
final class VitBlock {
    private final VitConfig config;
    private final Network net;
    private final int batch;
    private final int rows;
    private final NormLayer norm1;
    private final NormLayer norm2;
    private final LinearLayer qkv;
    private final LinearLayer proj;
    private final Mlp mlp;
    private final DropPath dropPath1;
    private final DropPath dropPath2;
    private final Slice x;
    private final Slice n1;
    private final Slice qkvOut;
    private final Slice o;
    private final Slice lse;
    private final Slice xMid;
    private final Slice n2;

    VitBlock(VitConfig config, Network net) {
        this.config = config;
        this.net = net;
        batch = net.batch();
        rows = Math.multiplyExact(batch, config.tokens());
        int width = config.width();
        Scope scope = net.blocks("blocks.0.", config.depth());
        norm1 = new NormLayer(net, "norm1", scope.in("norm1."), config.depth(), rows, width);
        norm2 = new NormLayer(net, "norm2", scope.in("norm2."), config.depth(), rows, width);
        qkv = new LinearLayer("qkv", scope.in("attn.qkv."), rows, width, 3 * width);
        proj = new LinearLayer("proj", scope.in("attn.proj."), rows, width, width);
        LinearLayer fc1 = new LinearLayer("fc1", scope.in("mlp.fc1."), rows, width, config.mlp());
        LinearLayer fc2 = new LinearLayer("fc2", scope.in("mlp.fc2."), rows, config.mlp(), width);
        dropPath1 = new DropPath(net, "dropPath1", 0, 0, config.depth(), config.depth(), rows, width);
        dropPath2 = new DropPath(net, "dropPath2", 1, 0, config.depth(), config.depth(), rows, width);
        x = Slice.stacked(net.resident(config.depth() + 1, rows, width), rows * width);
        n1 = saved(width);
        qkvOut = saved(3 * width);
        o = saved(width);
        lse = saved(config.heads());
        xMid = saved(width);
        n2 = saved(width);
        mlp = new Mlp(net, fc1, fc2, config.depth(), rows, config.mlp());
    }

    private Slice saved(int columns) {
        return net.savedInBlocks(config.depth(), (long) rows * columns);
    }

    /** The input of the first block. */
    Slice first() {
        return new Slice(x.array(), 0, 0);
    }

    /** The output of the last block. */
    Slice last() {
        return new Slice(x.array(), config.depth() * x.stride(), 0);
    }

    void forward(Stage s) {
        norm1.forward(s, n1, x);
        qkv.forward(s, qkvOut, n1);
        AttentionKernel.forward(
                s, "attention", o, lse, qkvOut, batch, config.tokens(), config.heads(), config.headDim(), false);
        proj.forward(s, xMid, o, dropPath1.forward(s).withResidual(x));
        norm2.forward(s, n2, xMid);
        mlp.forward(s, x.shifted(1), n2, dropPath2.forward(s).withResidual(xMid));
    }

    /** From the gradient of the block's output, in {@code dX}, to that of its input, in the same place. */
    void backward(Stage s, Slice dX) {
        Slice dNorm = temporary(config.width());
        Slice dMid = temporary(config.width());
        Slice dO = temporary(config.width());
        Slice dQkv = temporary(3 * config.width());
        mlp.backward(s, dNorm, dropPath2.backward(s, dX), n2);
        norm2.backward(s, dMid, dNorm, xMid, dX);
        Slice dAttention = dropPath1.backward(s, dMid);
        proj.backwardWeights(s, dAttention, o);
        proj.backwardInput(s, dO, dAttention);
        AttentionKernel.backward(
                s,
                "attention",
                dQkv,
                dO,
                qkvOut,
                o,
                lse,
                batch,
                config.tokens(),
                config.heads(),
                config.headDim(),
                false);
        qkv.backwardWeights(s, dQkv, n1);
        qkv.backwardInput(s, dNorm, dQkv);
        norm1.backward(s, dX, dNorm, x, dMid);
    }

    private Slice temporary(int columns) {
        return Slice.of(net.temporary(rows, columns));
    }
}
