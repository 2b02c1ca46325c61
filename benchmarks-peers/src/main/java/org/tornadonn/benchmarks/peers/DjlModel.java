package org.tornadonn.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
import org.tornadonn.nn.model.ModelConfig;

/** A model of a duel and its step of AdamW, written with DJL's arrays. */
abstract class DjlModel implements Peer.Prepared {
    private final NDManager manager;
    private final Norm norm;
    private final float alpha0;
    private final Map<String, NDArray> params = new LinkedHashMap<>();
    private final NDArray targets;
    private final Optimizer optimizer = Optimizer.adamW()
            .optLearningRateTracker(Tracker.fixed(TrainingStep.RATE))
            .optWeightDecays(TrainingStep.DECAY)
            .build();
    private boolean first = true;
    private float loss;
    final int batch;
    final NDArray images;

    DjlModel(NDManager manager, Duel duel, float alpha0) {
        this.manager = manager;
        this.alpha0 = alpha0;
        ModelConfig config = duel.setting().config();
        norm = config.norm();
        batch = duel.setting().batch();
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
    }

    /** [batch, classes]. */
    abstract NDArray logits();

    final NDArray normal(long... shape) {
        return manager.randomNormal(0f, 0.02f, new Shape(shape), DataType.FLOAT32);
    }

    final NDArray zeros(long... shape) {
        return manager.zeros(new Shape(shape));
    }

    final void add(String name, NDArray value) {
        value.setRequiresGradient(true);
        params.put(name, value);
    }

    final NDArray param(String name) {
        return params.get(name);
    }

    final void linear(String name, int in, int out) {
        add(name + ".weight", normal(out, in));
        add(name + ".bias", zeros(out));
    }

    final NDArray applyLinear(String name, NDArray x) {
        return Linear.linear(x, param(name + ".weight"), param(name + ".bias")).singletonOrThrow();
    }

    final void norm(String name, int channels) {
        if (norm == Norm.DYT) {
            add(name + ".alpha", manager.create(new float[] {alpha0}, new Shape(1)));
        }
        add(name + ".gamma", manager.ones(new Shape(channels)));
        add(name + ".beta", zeros(channels));
    }

    /** Over the last axis. */
    final NDArray applyNorm(String name, NDArray x) {
        NDArray gamma = param(name + ".gamma");
        NDArray beta = param(name + ".beta");
        return switch (norm) {
            case DYT -> x.mul(param(name + ".alpha")).tanh().mul(gamma).add(beta);
            case LAYER_NORM ->
                LayerNorm.layerNorm(x, gamma.getShape(), gamma, beta, Duel.EPS).singletonOrThrow();
            default -> throw new IllegalArgumentException("no duel has " + norm);
        };
    }

    private void step() {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray value = logits().logSoftmax(-1).mul(targets).sum().neg();
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
