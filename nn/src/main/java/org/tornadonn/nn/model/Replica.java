package org.tornadonn.nn.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.tornadonn.kernels.AdamWKernel;
import org.tornadonn.kernels.CrossEntropyKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.layer.Network;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A model planned on one device for its share of a batch. A training step is {@link #backward} and {@link #update}. Alone, AdamW
 * is a task of the last graph of backward and reads the gradients where they are. Beside others it is a graph of its own and reads
 * the gradients that the host has put into {@link #gradients()}.
 */
final class Replica implements AutoCloseable {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPS = 1e-8f;

    private record Step(int graph, Stage stage, int layer) {}

    private final Network net;
    private final FloatArray gradients;
    private final FloatArray targets;
    private final FloatArray logits;
    private final FloatArray metrics = new FloatArray(3);
    private final FloatArray hyper = new FloatArray(6);
    private final FloatArray adamM;
    private final FloatArray adamV;
    private final List<Step> forward = new ArrayList<>();
    private final List<Step> backward = new ArrayList<>();
    private final Step update;
    private final Step predict;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult updated;
    private long bytesIn;
    private long bytesOut;

    /** @param alone whether this is the model's only replica */
    Replica(
            ModelConfig config,
            int batch,
            float smoothing,
            float weightDecay,
            long seed,
            boolean alone,
            TornadoDevice device) {
        ParameterTable table = config.parameters();
        int imageValues = config.channels() * config.imageSize() * config.imageSize();
        net = new Network(table, config.norm(), batch, imageValues, config.classes(), device.getMaxGlobalMemory());
        targets = new FloatArray(batch * config.classes());
        logits = net.temporary(batch, config.classes());
        adamM = net.temporary(table.size());
        adamV = net.temporary(table.size());
        gradients = alone ? net.grads() : net.temporary(table.size());
        config.initialize(net.params(), seed);
        config.build(net);

        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        Stage last = null;
        for (Network.Pass pass : net.forward()) {
            for (int layer = 0; layer < pass.layers(); layer++) {
                forward.add(new Step(graphs.size(), pass.stage(), layer));
            }
            graphs.add(chained(pass.stage(), last));
            last = pass.stage();
        }
        Stage body = last;
        Stage training = new Stage("head", net.grids());
        Slice dLogits = loss(training, smoothing);
        net.head().backward(training, dLogits);
        backward.add(new Step(graphs.size(), training, 0));
        graphs.add(chained(training, body));
        last = training;
        Stage end = net.backward().getLast().stage();
        List<Network.Pass> passes = new ArrayList<>(net.backward());
        if (!alone) {
            end.graph().transferToHost(DataTransferMode.UNDER_DEMAND, net.grads());
            end = new Stage("update", net.grids());
            end.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, gradients);
            passes.add(new Network.Pass(end, 1));
        }
        optimizer(end, weightDecay);
        for (Network.Pass pass : passes) {
            for (int layer = pass.layers() - 1; layer >= 0; layer--) {
                backward.add(new Step(graphs.size(), pass.stage(), layer));
            }
            graphs.add(chained(pass.stage(), last));
            last = pass.stage();
        }
        update = backward.removeLast();
        Stage prediction = new Stage("predict", net.grids());
        loss(prediction, 0f);
        predict = new Step(graphs.size(), prediction, 0);
        graphs.add(chained(prediction, body));
        plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        plan.withDevice(device);
    }

    /** The graph of a stage that shares the resident arrays with the one executed {@code before} it, or is the first. */
    private ImmutableTaskGraph chained(Stage stage, Stage before) {
        if (before == null) {
            stage.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, net.images());
        }
        stage.share(net.resident(), before);
        return stage.graph().snapshot();
    }

    private Slice loss(Stage s, float smoothing) {
        Slice dLogits = Slice.of(new FloatArray(logits.getSize()));
        net.head().forward(s, Slice.of(logits));
        CrossEntropyKernel.forward(
                s, "loss", dLogits, metrics, Slice.of(logits), targets, net.batch(), net.classes(), smoothing);
        s.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, targets)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, metrics)
                .transferToHost(DataTransferMode.UNDER_DEMAND, logits);
        return dLogits;
    }

    private void optimizer(Stage stage, float weightDecay) {
        FloatArray decay = net.temporary(table().size());
        for (ParameterTable.Entry entry : table().entries()) {
            for (int i = 0; entry.decayed() && i < entry.size(); i++) {
                decay.set(entry.offset() + i, weightDecay);
            }
        }
        AdamWKernel.update(
                stage,
                "adamw",
                Slice.of(net.params()),
                Slice.of(adamM),
                Slice.of(adamV),
                Slice.of(gradients),
                Slice.of(decay),
                hyper,
                table().size());
        stage.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, hyper)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, adamM, adamV, decay)
                .transferToHost(DataTransferMode.UNDER_DEMAND, net.params(), adamM, adamV, gradients);
    }

    private TornadoExecutionResult execute(Step s) {
        s.stage().select(s.layer());
        TornadoExecutionResult result =
                plan.withGraph(s.graph()).withGridScheduler(net.grids()).execute();
        bytesIn += result.getProfilerResult().getTotalBytesCopyIn();
        bytesOut += result.getProfilerResult().getTotalBytesCopyOut();
        return result;
    }

    TornadoDevice device() {
        return plan.getDevice(0);
    }

    long deviceBytes() {
        return net.bytes();
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    private void forward(float[] pixels, float[] targets, int first) {
        copyShare(pixels, first, net.images());
        copyShare(targets, first, this.targets);
        forward.forEach(this::execute);
    }

    /** @param first of this replica's samples in the batch */
    private void copyShare(float[] batch, int first, FloatArray array) {
        long values = array.getSize() / net.batch();
        MemorySegment.copy(
                MemorySegment.ofArray(batch),
                first * values * Float.BYTES,
                array.getSegment(),
                0,
                array.getNumBytesOfSegment());
    }

    /**
     * Forward, loss and backward, up to the graph that updates. Beside others, {@link #ownGradients()} are on the host then.
     *
     * @param first of this replica's samples in the batch
     */
    void backward(float[] pixels, float[] targets, int first) {
        forward(pixels, targets, first);
        TornadoExecutionResult result = null;
        for (Step s : backward) {
            result = execute(s);
        }
        if (gradients != net.grads()) {
            result.transferToHost(net.grads());
        }
    }

    /** The step of AdamW, the {@code step}th from 1. */
    void update(float learningRate, long step) {
        hyper.set(0, learningRate);
        hyper.set(1, BETA1);
        hyper.set(2, BETA2);
        hyper.set(3, EPS);
        hyper.set(4, (float) (1 - Math.pow(BETA1, step)));
        hyper.set(5, (float) (1 - Math.pow(BETA2, step)));
        updated = execute(update);
    }

    /** Forward and the loss without smoothing. */
    void evaluate(float[] pixels, float[] targets, int first) {
        forward(pixels, targets, first);
        execute(predict).transferToHost(logits);
    }

    /** Of the last execution: sum of losses, right answers, counted samples. */
    FloatArray metrics() {
        return metrics;
    }

    /** Logits [share, classes] of the last evaluation. */
    FloatArray logits() {
        return logits;
    }

    /** Copies parameters, gradients and optimiser state to the host arrays. */
    void download() {
        if (updated != null) {
            updated.transferToHost(net.params(), adamM, adamV, gradients);
        }
    }

    /** Before the first execution: begins with the parameters and moments that {@code other} begins with. */
    void beginAs(Replica other) {
        net.params().getSegment().copyFrom(other.net.params().getSegment());
        adamM.getSegment().copyFrom(other.adamM.getSegment());
        adamV.getSegment().copyFrom(other.adamV.getSegment());
    }

    FloatArray parameters() {
        return net.params();
    }

    /** The mean gradient of this replica's share. */
    FloatArray ownGradients() {
        return net.grads();
    }

    /** The gradients that AdamW reads: the own ones, or the mean over all replicas. */
    FloatArray gradients() {
        return gradients;
    }

    FloatArray firstMoment() {
        return adamM;
    }

    FloatArray secondMoment() {
        return adamV;
    }

    private ParameterTable table() {
        return net.table();
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(e);
        }
    }
}
