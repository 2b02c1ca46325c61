package org.tornadonn.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.GradientCollector;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.benchmarks.peer.Peer;

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
        return duel.training() ? new DjlVit(manager, duel) : new Ops(manager, duel);
    }

    private static final class Ops implements Prepared {
        private final NDManager manager;
        private final Duel duel;
        private final boolean both;
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
            both = duel.pass().equals(Duel.BOTH);
            int rows = duel.rows();
            int c = duel.channels();
            x = manager.create(duel.x(), new Shape(rows, c));
            w = duel.op().equals("matmul") ? manager.create(duel.w(), new Shape(duel.out(), c)) : null;
            alpha = manager.create(new float[] {Duel.ALPHA}, new Shape(1));
            gamma = manager.create(duel.gamma(), new Shape(c));
            beta = manager.create(duel.beta(), new Shape(c));
            upstream = manager.create(duel.upstream(), new Shape(rows, c));
            if (both) {
                for (NDArray a : new NDArray[] {x, alpha, gamma, beta}) {
                    a.setRequiresGradient(true);
                }
            }
        }

        private NDArray forward() {
            return switch (duel.op()) {
                case "matmul" -> x.matMul(w.transpose());
                case "gelu" -> Activation.gelu(x);
                case "dyt" -> x.mul(alpha).tanh().mul(gamma).add(beta);
                case "layernorm" ->
                    LayerNorm.layerNorm(x, new Shape(duel.channels()), gamma, beta, Duel.EPS)
                            .singletonOrThrow();
                default -> throw new IllegalArgumentException(duel.op());
            };
        }

        @Override
        public void run() {
            // Results belong to their first operand's manager, and would stay as long as it does.
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                if (both) {
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
                kept = result.toFloatArray();
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
