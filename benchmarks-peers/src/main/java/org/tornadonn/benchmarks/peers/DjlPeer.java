package org.tornadonn.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.GradientCollector;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.benchmarks.peer.Peer;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.vit.VitConfig;

/** DJL with its PyTorch engine on the CPU, with as many threads as there are processors. */
public final class DjlPeer implements Peer {
    /** Read by DJL when its engine starts. */
    private static final String THREADS = "ai.djl.pytorch.num_threads";

    @Override
    public String name() {
        return "DJL " + Engine.getDjlVersion() + " (PyTorch)";
    }

    @Override
    public boolean takes(Duel duel) {
        return true;
    }

    @Override
    public Prepared prepare(Duel duel) {
        if (System.getProperty(THREADS) == null) {
            System.setProperty(THREADS, Integer.toString(Runtime.getRuntime().availableProcessors()));
            System.setProperty("ai.djl.offline", "true");
        }
        NDManager manager = NDManager.newBaseManager("PyTorch");
        if (!duel.training()) {
            return new Ops(manager, duel);
        }
        return switch (duel.setting().config()) {
            case VitConfig vit -> new DjlVit(manager, duel, vit);
            case ConvNextConfig convNext -> new DjlConvNext(manager, duel, convNext);
            default ->
                throw new IllegalArgumentException(
                        "no peer for " + duel.setting().name());
        };
    }

    private static final class Ops implements Prepared {
        private final NDManager manager;
        private final Duel duel;
        private final NDArray x;
        private final NDArray w;
        private final NDArray alpha;
        private final NDArray gamma;
        private final NDArray beta;
        private final NDArray upstream;
        private float[] kept = new float[0];
        private boolean keep = true;

        Ops(NDManager manager, Duel duel) {
            this.manager = manager;
            this.duel = duel;
            int[] n = duel.size();
            switch (duel.op()) {
                case "matmul" -> {
                    x = manager.create(duel.x(), new Shape(n[0], n[1]));
                    w = manager.create(duel.w(), new Shape(n[2], n[1]));
                    upstream = manager.create(duel.upstream(), new Shape(n[0], n[2]));
                }
                case "attention" -> {
                    x = manager.create(duel.x(), new Shape(n[0], n[1], 3, n[2], n[3]));
                    w = null;
                    upstream = manager.create(duel.upstream(), new Shape(n[0], n[1], n[2], n[3]));
                }
                case "depthwise" -> {
                    // PyTorch's own layout, channels first; outside what is timed.
                    x = channelsFirst(duel.x());
                    w = manager.create(duel.w(), new Shape(n[2], 1, Duel.K, Duel.K));
                    upstream = channelsFirst(duel.upstream());
                }
                default -> {
                    x = manager.create(duel.x(), new Shape(n[0], n[1]));
                    w = null;
                    upstream = manager.create(duel.upstream(), new Shape(n[0], n[1]));
                }
            }
            alpha = manager.create(new float[] {Duel.ALPHA}, new Shape(1));
            gamma = manager.create(duel.gamma());
            beta = manager.create(duel.beta());
            if (duel.both()) {
                for (NDArray a : new NDArray[] {x, w, alpha, gamma, beta}) {
                    if (a != null) {
                        a.setRequiresGradient(true);
                    }
                }
            }
        }

        private NDArray channelsFirst(float[] values) {
            int[] n = duel.size();
            try (NDArray last = manager.create(values, new Shape(n[0], n[1], n[1], n[2]));
                    NDArray turned = last.transpose(0, 3, 1, 2)) {
                // A transposed array is a view; a product is not.
                return turned.mul(1);
            }
        }

        private NDArray forward() {
            return switch (duel.op()) {
                case "matmul" ->
                    switch (duel.pass()) {
                        case Duel.INPUT -> upstream.matMul(w);
                        case Duel.WEIGHT -> upstream.transpose().matMul(x);
                        default -> x.matMul(w.transpose());
                    };
                case "gelu" -> Activation.gelu(x);
                case "softmax" -> x.softmax(1);
                case "dyt" -> x.mul(alpha).tanh().mul(gamma).add(beta);
                case "layernorm" ->
                    LayerNorm.layerNorm(x, new Shape(duel.channels()), gamma, beta, Duel.EPS)
                            .singletonOrThrow();
                case "rmsnorm" ->
                    x.div(x.square().mean(new int[] {1}, true).add(Duel.EPS).sqrt())
                            .mul(gamma);
                case "attention" -> attention();
                case "depthwise" ->
                    Conv2d.conv2d(
                                    x,
                                    w,
                                    beta,
                                    new Shape(1, 1),
                                    new Shape(Duel.K / 2, Duel.K / 2),
                                    new Shape(1, 1),
                                    duel.size()[2])
                            .singletonOrThrow();
                default -> throw new IllegalArgumentException(duel.op());
            };
        }

        private NDArray attention() {
            NDArray qkv = x.transpose(2, 0, 3, 1, 4);
            NDArray scores = qkv.get(0).matMul(qkv.get(1).transpose(0, 1, 3, 2)).mul(1 / Math.sqrt(duel.size()[3]));
            return scores.softmax(3).matMul(qkv.get(2)).transpose(0, 2, 1, 3);
        }

        @Override
        public void run() {
            // Results belong to their first operand's manager, and would stay as long as it does.
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                if (duel.both()) {
                    try (GradientCollector collector =
                            Engine.getEngine("PyTorch").newGradientCollector()) {
                        collector.backward(forward().mul(upstream).sum());
                    }
                    keep(x.getGradient());
                } else {
                    keep(forward());
                }
            }
        }

        /** The first result is kept for comparison; reading it is not part of the work. */
        private void keep(NDArray result) {
            if (keep) {
                kept = (duel.op().equals("depthwise") ? result.transpose(0, 2, 3, 1) : result).toFloatArray();
                keep = false;
            }
        }

        @Override
        public float[] result() {
            return kept;
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
