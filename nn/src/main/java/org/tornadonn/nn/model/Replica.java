package org.tornadonn.nn.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tornadonn.kernels.AccumulateKernel;
import org.tornadonn.kernels.AdamWKernel;
import org.tornadonn.kernels.CrossEntropyKernel;
import org.tornadonn.kernels.GradientNormKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.layer.Network;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A model planned on one device for its share of a batch, or a micro-batch of that. A training step is {@link #backward} and
 * {@link #update}. Alone, the update reads the gradients where they are; beside others, those that the host has put into {@link
 * #gradients()}.
 */
final class Replica implements AutoCloseable {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPS = 1e-8f;

    private record Step(int graph, Stage stage, int layer) {}

    private final Network net;
    private final int accumulation;
    private final FloatArray own;
    private final FloatArray gradients;
    private final IntArray labels;
    private final FloatArray logits;
    private final FloatArray metrics = new FloatArray(3);
    private final float[] totals = new float[3];
    private final FloatArray factors = new FloatArray(2);
    private final FloatArray hyper = new FloatArray(6);
    private final FloatArray norm = new FloatArray(2);
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

    /**
     * @param batch samples of a micro-batch of its share
     * @param alone whether this is the model's only replica
     */
    Replica(ModelConfig config, Training training, int batch, boolean alone, TornadoDevice device) {
        ParameterTable table = config.parameters();
        int imageValues = config.channels() * config.imageSize() * config.imageSize();
        net = new Network(
                table,
                config.norm(),
                batch,
                imageValues,
                config.classes(),
                training.averaged(),
                device.getMaxGlobalMemory());
        labels = new IntArray(batch);
        logits = net.temporary(batch, config.classes());
        adamM = net.temporary(table.size());
        adamV = net.temporary(table.size());
        accumulation = training.accumulation();
        own = accumulation == 1 ? net.grads() : net.resident(table.size());
        gradients = alone ? own : net.temporary(table.size());
        config.initialize(net.params(), training.seed());
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
        Stage head = new Stage("head", net.grids());
        Slice dLogits = loss(head, training.smoothing());
        net.head().backward(head, dLogits);
        backward.add(new Step(graphs.size(), head, 0));
        graphs.add(chained(head, body));
        last = head;
        if (accumulation > 1) {
            Stage end = net.backward().getLast().stage();
            AccumulateKernel.add(end, "accumulate", Slice.of(own), Slice.of(net.grads()), factors, table.size());
            end.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, factors);
        }
        for (Network.Pass pass : net.backward()) {
            for (int layer = pass.layers() - 1; layer >= 0; layer--) {
                backward.add(new Step(graphs.size(), pass.stage(), layer));
            }
            graphs.add(chained(pass.stage(), last));
            last = pass.stage();
        }
        Stage optimizer = new Stage("update", net.grids());
        if (!alone) {
            optimizer.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, gradients);
        }
        update(optimizer, training);
        update = new Step(graphs.size(), optimizer, 0);
        graphs.add(chained(optimizer, last));
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
                s, "loss", dLogits, metrics, Slice.of(logits), labels, net.batch(), net.classes(), smoothing);
        s.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, labels)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, metrics)
                .transferToHost(DataTransferMode.UNDER_DEMAND, logits);
        return dLogits;
    }

    private void update(Stage stage, Training training) {
        int last = table().lastLayer();
        List<AdamWKernel.Group> groups = table().entries().stream()
                .map(e -> new AdamWKernel.Group(
                        e.size(),
                        (float) Math.pow(training.layerDecay(), last - e.layer()),
                        e.decayed() ? training.weightDecay() : 0f))
                .toList();
        Slice read = Slice.of(gradients);
        GradientNormKernel.norm(stage, "norm", norm, read, table().size(), training.clip());
        AdamWKernel.update(
                stage,
                "adamw",
                Slice.of(net.params()),
                Slice.of(adamM),
                Slice.of(adamV),
                net.average(),
                read,
                norm,
                groups,
                hyper,
                training.ema());
        stage.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, hyper)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, adamM, adamV)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, norm)
                .transferToHost(DataTransferMode.UNDER_DEMAND, net.params(), adamM, adamV, gradients);
    }

    private TornadoExecutionResult execute(Step s) {
        return execute(s, 0);
    }

    /** @param by where the parameters are taken from: 0, or the size of the table for their average */
    private TornadoExecutionResult execute(Step s, int by) {
        s.stage().select(s.layer(), net.params(), by);
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

    private void forward(float[] pixels, int[] classes, int first, int by) {
        FloatArray images = net.images();
        long values = images.getSize() / net.batch();
        MemorySegment.copy(
                MemorySegment.ofArray(pixels),
                first * values * Float.BYTES,
                images.getSegment(),
                0,
                images.getNumBytesOfSegment());
        for (int i = 0; i < net.batch(); i++) {
            labels.set(i, classes[first + i]);
        }
        forward.forEach(s -> execute(s, by));
    }

    /**
     * Forward, loss and backward, up to the graph that updates. Beside others, {@link #ownGradients()} are on the host then.
     *
     * @param first of this replica's samples in the batch
     */
    void backward(float[] pixels, int[] classes, int first) {
        Arrays.fill(totals, 0f);
        TornadoExecutionResult result = null;
        for (int micro = 0; micro < accumulation; micro++) {
            forward(pixels, classes, first + micro * net.batch(), 0);
            execute(backward.getFirst());
            float before = totals[2];
            total();
            float counted = Math.max(1, totals[2]);
            factors.set(0, before / counted);
            factors.set(1, metrics.get(2) / counted);
            for (Step s : backward.subList(1, backward.size())) {
                result = execute(s);
            }
        }
        if (gradients != own) {
            result.transferToHost(own);
        }
    }

    private void total() {
        for (int i = 0; i < totals.length; i++) {
            totals[i] += metrics.get(i);
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

    /**
     * Forward and the loss without smoothing.
     *
     * @param averaged whether with the average of the weights in their place
     */
    void evaluate(float[] pixels, int[] classes, int first, boolean averaged) {
        int by = averaged ? table().size() : 0;
        forward(pixels, classes, first, by);
        execute(predict, by).transferToHost(logits);
        Arrays.fill(totals, 0f);
        total();
    }

    /** Of the last share or evaluation: sum of losses, right answers, counted samples. */
    float[] metrics() {
        return totals;
    }

    /** The norm of the gradients of the last update, before they were clipped. */
    float gradientNorm() {
        return norm.get(0);
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

    /** Before the first execution: the average of the weights begins as they are. */
    void beginAverage() {
        if (net.average() != null) {
            long bytes = (long) table().size() * Float.BYTES;
            MemorySegment params = net.params().getSegment();
            MemorySegment.copy(params, 0, params, bytes, bytes);
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
        return own;
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
