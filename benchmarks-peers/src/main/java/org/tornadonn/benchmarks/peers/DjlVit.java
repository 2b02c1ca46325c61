package org.tornadonn.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tornadonn.benchmarks.measure.TrainingStep;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.benchmarks.peer.Peer;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.vit.VitConfig;

/** The ViT of a duel and its step of AdamW, written with DJL's arrays. */
final class DjlVit implements Peer.Prepared {
    private static final float RATE = 1e-3f;
    private static final float DECAY = 0.05f;

    private final NDManager manager;
    private final VitConfig config;
    private final int batch;
    private final Map<String, NDArray> params = new LinkedHashMap<>();
    private final NDArray images;
    private final NDArray targets;
    private final Optimizer optimizer = Optimizer.adamW()
            .optLearningRateTracker(Tracker.fixed(RATE))
            .optWeightDecays(DECAY)
            .build();
    private boolean first = true;
    private float loss;

    DjlVit(NDManager manager, Duel duel) {
        this.manager = manager;
        this.config = (VitConfig) duel.setting().config();
        this.batch = duel.setting().batch();
        int side = config.imageSize();
        images = manager.create(
                TrainingStep.pixels(batch * config.channels() * side * side),
                new Shape(batch, config.channels(), side, side));
        int[] labels = TrainingStep.labels(batch);
        float[] oneHot = new float[batch * config.classes()];
        for (int b = 0; b < batch; b++) {
            oneHot[b * config.classes() + labels[b]] = 1f / batch;
        }
        targets = manager.create(oneHot, new Shape(batch, config.classes()));
        int width = config.width();
        linear("patch", config.channels() * config.patch() * config.patch(), width);
        add("cls", manager.zeros(new Shape(1, 1, width)));
        add("pos", normal(1, config.tokens(), width));
        for (int i = 0; i < config.depth(); i++) {
            norm(i + ".norm1");
            linear(i + ".qkv", width, 3 * width);
            linear(i + ".proj", width, width);
            norm(i + ".norm2");
            linear(i + ".fc1", width, config.mlp());
            linear(i + ".fc2", config.mlp(), width);
        }
        norm("norm");
        linear("head", width, config.classes());
    }

    private NDArray normal(long... shape) {
        return manager.randomNormal(0f, 0.02f, new Shape(shape), DataType.FLOAT32);
    }

    private void add(String name, NDArray value) {
        value.setRequiresGradient(true);
        params.put(name, value);
    }

    private void linear(String name, int in, int out) {
        add(name + ".weight", normal(out, in));
        add(name + ".bias", manager.zeros(new Shape(out)));
    }

    private void norm(String name) {
        if (config.norm() == Norm.DYT) {
            add(name + ".alpha", manager.create(new float[] {config.alpha0()}, new Shape(1)));
        }
        add(name + ".gamma", manager.ones(new Shape(config.width())));
        add(name + ".beta", manager.zeros(new Shape(config.width())));
    }

    private NDArray applyLinear(String name, NDArray x) {
        return Linear.linear(x, params.get(name + ".weight"), params.get(name + ".bias"))
                .singletonOrThrow();
    }

    private NDArray applyNorm(String name, NDArray x) {
        NDArray gamma = params.get(name + ".gamma");
        NDArray beta = params.get(name + ".beta");
        return switch (config.norm()) {
            case DYT -> x.mul(params.get(name + ".alpha")).tanh().mul(gamma).add(beta);
            case LAYER_NORM ->
                LayerNorm.layerNorm(x, new Shape(config.width()), gamma, beta, Duel.EPS)
                        .singletonOrThrow();
            default -> throw new IllegalArgumentException("no duel has " + config.norm());
        };
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

    private NDArray forward() {
        int across = config.imageSize() / config.patch();
        NDArray patches = images.reshape(batch, config.channels(), across, config.patch(), across, config.patch())
                .transpose(0, 2, 4, 1, 3, 5)
                .reshape(batch, config.patches(), (long) config.channels() * config.patch() * config.patch());
        NDArray cls = params.get("cls").broadcast(new Shape(batch, 1, config.width()));
        NDArray x = NDArrays.concat(new NDList(cls, applyLinear("patch", patches)), 1)
                .add(params.get("pos"));
        for (int i = 0; i < config.depth(); i++) {
            x = x.add(attention(i, applyNorm(i + ".norm1", x)));
            NDArray hidden = Activation.gelu(applyLinear(i + ".fc1", applyNorm(i + ".norm2", x)));
            x = x.add(applyLinear(i + ".fc2", hidden));
        }
        NDArray pooled = x.get(new NDIndex(":, 1:")).mean(new int[] {1});
        NDArray logits = applyLinear("head", applyNorm("norm", pooled));
        return logits.logSoftmax(-1).mul(targets).sum().neg();
    }

    private void step() {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray value = forward();
            collector.backward(value);
            loss = value.toFloatArray()[0];
        }
        params.forEach((name, value) -> optimizer.update(name, value, value.getGradient()));
    }

    @Override
    public void run() {
        if (first) {
            // The optimiser makes its moments in the first step, so that one's arrays are kept.
            first = false;
            step();
            return;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            step();
        }
    }

    @Override
    public float[] result() {
        return new float[] {loss};
    }

    @Override
    public void close() {
        manager.close();
    }
}
