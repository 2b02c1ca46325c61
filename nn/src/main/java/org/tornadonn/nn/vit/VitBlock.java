package org.tornadonn.nn.vit;

import org.tornadonn.kernels.AttentionKernel;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The pre-norm transformer block: x += attention(norm1(x)); x += mlp(norm2(x)). All blocks share these tasks, layer by layer. */
final class VitBlock {
    private final VitConfig config;
    private final Tensors a;
    private final int batch;
    private final NormLayer norm1;
    private final NormLayer norm2;
    private final LinearLayer qkv;
    private final LinearLayer proj;
    private final LinearLayer fc1;
    private final LinearLayer fc2;

    VitBlock(VitConfig config, Tensors a, int batch) {
        this.config = config;
        this.a = a;
        this.batch = batch;
        norm1 = norm("norm1", a.mean1, a.rstd1);
        norm2 = norm("norm2", a.mean2, a.rstd2);
        qkv = linear("qkv", "attn.qkv", config.width(), 3 * config.width());
        proj = linear("proj", "attn.proj", config.width(), config.width());
        fc1 = linear("fc1", "mlp.fc1", config.width(), config.mlp());
        fc2 = linear("fc2", "mlp.fc2", config.mlp(), config.width());
    }

    private NormLayer norm(String name, Slice mean, Slice rstd) {
        return new NormLayer(
                config.norm(),
                name,
                p -> a.blockParam(name + "." + p),
                p -> a.blockGrad(name + "." + p),
                mean,
                rstd,
                a.rows,
                config.width());
    }

    private LinearLayer linear(String id, String name, int in, int out) {
        return new LinearLayer(
                id,
                a.blockParam(name + ".weight"),
                a.blockParam(name + ".bias"),
                a.blockGrad(name + ".weight"),
                a.blockGrad(name + ".bias"),
                a.rows,
                in,
                out);
    }

    void forward(Stage s) {
        norm1.forward(s, a.n1, a.x);
        qkv.forward(s, a.qkv, a.n1, null);
        AttentionKernel.forward(
                s, "attention", a.o, a.lse, a.qkv, batch, config.tokens(), config.heads(), config.headDim());
        proj.forward(s, a.xMid, a.o, a.x);
        norm2.forward(s, a.n2, a.xMid);
        fc1.forward(s, a.hidden, a.n2, null);
        GeluKernel.forward(s, "gelu", a.gelu, a.hidden, a.rows * config.mlp());
        fc2.forward(s, a.x.shifted(1), a.gelu, a.xMid);
    }

    /** From the gradient of the block's output, in dStream, to that of its input, in the same place. */
    void backward(Stage s) {
        Slice dX = Slice.of(a.dStream);
        Slice dGelu = wide();
        Slice dHidden = wide();
        Slice dNorm = narrow();
        Slice dMid = narrow();
        Slice dO = narrow();
        Slice dQkv = Slice.of(new FloatArray(a.rows * 3 * config.width()));
        fc2.backwardWeights(s, dX, a.gelu);
        fc2.backwardInput(s, dGelu, dX);
        GeluKernel.backward(s, "gelu", dHidden, dGelu, a.hidden, a.rows * config.mlp());
        fc1.backwardWeights(s, dHidden, a.n2);
        fc1.backwardInput(s, dNorm, dHidden);
        norm2.backward(s, dMid, dNorm, a.xMid, dX);
        proj.backwardWeights(s, dMid, a.o);
        proj.backwardInput(s, dO, dMid);
        AttentionKernel.backward(
                s, "attention", dQkv, dO, a.qkv, a.o, a.lse, batch, config.tokens(), config.heads(), config.headDim());
        qkv.backwardWeights(s, dQkv, a.n1);
        qkv.backwardInput(s, dNorm, dQkv);
        norm1.backward(s, dX, dNorm, a.x, dMid);
    }

    private Slice wide() {
        return Slice.of(new FloatArray(a.rows * config.mlp()));
    }

    private Slice narrow() {
        return Slice.of(new FloatArray(a.rows * config.width()));
    }
}
