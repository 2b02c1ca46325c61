package org.tornadonn.nn.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tornadonn.kernels.AccumulateKernel;
import org.tornadonn.kernels.CrossEntropyKernel;
import org.tornadonn.kernels.Shape;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.Mix;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.layer.DropPath;
import org.tornadonn.nn.layer.MemoryUse;
import org.tornadonn.nn.layer.Network;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A model planned on one device for its share of a batch, or a micro-batch of that. A training step is {@link #backward} and
 * {@link #update}. Alone, the update reads the gradients where they are; beside others, those that the host has put into {@link
 * #gradients()}.
 */
final class Replica implements AutoCloseable {
    private record Step(int graph, Stage stage, int layer) {}

    private final Network net;
    private final Training training;
    private final FloatArray own;
    private final FloatArray gradients;
    private final FloatArray targets;
    private final FloatArray logits;
    private final FloatArray metrics = new FloatArray(3);
    private final float[] totals = new float[3];
    private final FloatArray factors = new FloatArray(2);
    private final Optimizer optimizer;
    private final List<Step> forward = new ArrayList<>();
    private final List<Step> backward = new ArrayList<>();
    private final Step update;
    private final Step predict;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult updated;
    private TornadoExecutionResult evaluated;
    private final Set<FloatArray> downloaded = Collections.newSetFromMap(new IdentityHashMap<>());
    private long bytesIn;
    private long bytesOut;

    /**
     * @param batch samples of a micro-batch of its share
     * @param alone whether this is the model's only replica
     */
    Replica(ModelConfig config, Training training, int batch, boolean alone, TornadoDevice device) {
        ParameterTable table = config.parameters();
        net = new Network(
                table,
                config.norm(),
                training,
                batch,
                config.channels(),
                config.imageSize(),
                config.classes(),
                Shape.of(device));
        targets = net.temporary(batch, config.classes());
        logits = net.temporary(batch, config.classes());
        this.training = training;
        own = training.accumulation() == 1 ? net.grads() : net.shared(MemoryUse.GRADIENTS, table.size());
        gradients = alone ? own : net.array(MemoryUse.GRADIENTS, table.size());
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
        Stage head = net.stage("head");
        Slice dLogits = loss(head, training.smoothing());
        net.head().backward(head, dLogits);
        backward.add(new Step(graphs.size(), head, 0));
        graphs.add(chained(head, body));
        last = head;
        if (training.accumulation() > 1) {
            Stage lastOfBackward = net.backward().getLast().stage();
            AccumulateKernel.add(
                    lastOfBackward, "accumulate", Slice.of(own), Slice.of(net.grads()), factors, table.size());
            lastOfBackward.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, factors);
        }
        for (Network.Pass pass : net.backward()) {
            for (int layer = pass.layers() - 1; layer >= 0; layer--) {
                if (pass.again() != null && layer < pass.layers() - 1) {
                    backward.add(new Step(graphOf(pass.again()), pass.again(), layer));
                }
                backward.add(new Step(graphs.size(), pass.stage(), layer));
            }
            graphs.add(chained(pass.stage(), last));
            last = pass.stage();
        }
        Stage end = net.stage("update");
        if (!alone) {
            end.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, gradients);
        }
        optimizer = new Optimizer(net, training.adamW(), gradients);
        optimizer.add(end);
        update = new Step(graphs.size(), end, 0);
        graphs.add(chained(end, last));
        Stage prediction = net.stage("predict");
        loss(prediction, 0f);
        predict = new Step(graphs.size(), prediction, 0);
        graphs.add(chained(prediction, body));
        plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        plan.withDevice(device);
    }

    private int graphOf(Stage stage) {
        return forward.stream()
                .filter(s -> s.stage() == stage)
                .findFirst()
                .orElseThrow()
                .graph();
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
        return net.uses().values().stream().mapToLong(Long::longValue).sum();
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    private void forward(float[] pixels, float[] targets, int first, int by) {
        copyShare(pixels, first, net.images());
        copyShare(targets, first, this.targets);
        forward.forEach(s -> execute(s, by));
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
     * @param start of this replica's samples in the batch
     * @param step steps done before
     */
    void backward(float[] pixels, float[] targets, Mix mix, int start, long step) {
        Arrays.fill(totals, 0f);
        net.mix(mix);
        TornadoExecutionResult result = null;
        for (int micro = 0; micro < training.accumulation(); micro++) {
            int first = start + micro * net.batch();
            net.dropPaths().forEach(d -> d.draw(training.seed(), step, first));
            forward(pixels, targets, first, 0);
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
        optimizer.prepare(learningRate, step);
        updated = execute(update);
    }

    /**
     * Forward and the loss without smoothing.
     *
     * @param averaged whether with the average of the weights in their place
     */
    void evaluate(float[] pixels, float[] targets, int first, boolean averaged) {
        int by = averaged ? table().size() : 0;
        net.dropPaths().forEach(DropPath::keepAll);
        net.mix(Mix.NONE);
        forward(pixels, targets, first, by);
        evaluated = execute(predict, by);
        downloaded.clear();
        evaluated.transferToHost(logits);
        Arrays.fill(totals, 0f);
        total();
    }

    /** Of the last share or evaluation: sum of losses, right answers, counted samples. */
    float[] metrics() {
        return totals;
    }

    /** Logits [share, classes] of the last evaluation. */
    FloatArray logits() {
        return logits;
    }

    /** The norm layers by their names. */
    Map<String, Network.Probe> norms() {
        return net.norms();
    }

    /** Copies what a norm layer was given and gave in the last evaluation to the host arrays. */
    void download(String norm) {
        Network.Probe probe = net.norms().get(norm);
        Step step = Stream.concat(forward.stream(), Stream.of(predict))
                .filter(s -> s.stage() == probe.stage())
                .findFirst()
                .orElseThrow();
        // TornadoVM copies from the graph that is selected.
        plan.withGraph(step.graph());
        for (Slice each : List.of(probe.input(), probe.output())) {
            // Identical blocks stand in one array, which is copied once.
            if (downloaded.add(each.array())) {
                evaluated.transferToHost(each.array());
            }
        }
    }

    /** Copies parameters, gradients and optimiser state to the host arrays. */
    void download() {
        if (updated != null) {
            plan.withGraph(update.graph());
            updated.transferToHost(net.params(), optimizer.firstMoment(), optimizer.secondMoment(), gradients);
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
        optimizer.beginAs(other.optimizer);
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

    Optimizer optimizer() {
        return optimizer;
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
