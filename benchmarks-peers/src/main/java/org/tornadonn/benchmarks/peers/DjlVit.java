package org.tornadonn.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.nn.vit.VitConfig;

/** The ViT of a duel. */
final class DjlVit extends DjlModel {
    private final VitConfig config;

    DjlVit(NDManager manager, Duel duel, VitConfig config) {
        super(manager, duel, config.alpha0());
        this.config = config;
        int width = config.width();
        linear("patch", config.channels() * config.patch() * config.patch(), width);
        add("cls", zeros(1, 1, width));
        add("pos", normal(1, config.tokens(), width));
        for (int i = 0; i < config.depth(); i++) {
            norm(i + ".norm1", width);
            linear(i + ".qkv", width, 3 * width);
            linear(i + ".proj", width, width);
            norm(i + ".norm2", width);
            linear(i + ".fc1", width, config.mlp());
            linear(i + ".fc2", config.mlp(), width);
        }
        norm("norm", width);
        linear("head", width, config.classes());
    }

    private NDArray attention(int block, NDArray x) {
        int tokens = config.tokens();
        int heads = config.heads();
        NDArray qkv = applyLinear(block + ".qkv", x)
                .reshape(batch, tokens, 3, heads, config.headDim())
                .transpose(2, 0, 3, 1, 4);
        NDArray q = qkv.get(0);
        NDArray k = qkv.get(1);
        NDArray v = qkv.get(2);
        NDArray p = q.matMul(k.transpose(0, 1, 3, 2))
                .mul(1 / Math.sqrt(config.headDim()))
                .softmax(-1);
        NDArray o = p.matMul(v).transpose(0, 2, 1, 3).reshape(batch, tokens, config.width());
        return applyLinear(block + ".proj", o);
    }

    @Override
    NDArray logits() {
        int across = config.imageSize() / config.patch();
        NDArray patches = images.reshape(batch, config.channels(), across, config.patch(), across, config.patch())
                .transpose(0, 2, 4, 1, 3, 5)
                .reshape(batch, config.patches(), (long) config.channels() * config.patch() * config.patch());
        NDArray cls = param("cls").broadcast(new Shape(batch, 1, config.width()));
        NDArray x = NDArrays.concat(new NDList(cls, applyLinear("patch", patches)), 1)
                .add(param("pos"));
        for (int i = 0; i < config.depth(); i++) {
            x = x.add(attention(i, applyNorm(i + ".norm1", x)));
            NDArray hidden = Activation.gelu(applyLinear(i + ".fc1", applyNorm(i + ".norm2", x)));
            x = x.add(applyLinear(i + ".fc2", hidden));
        }
        NDArray pooled = x.get(new NDIndex(":, 1:")).mean(new int[] {1});
        return applyLinear("head", applyNorm("norm", pooled));
    }
}
