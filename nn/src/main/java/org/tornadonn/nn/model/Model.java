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
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * An image classifier planned once for a batch size, with its training step: forward, cross-entropy with label smoothing,
 * backward, AdamW. Parameters, gradients, optimiser state and activations stay on the device; a step moves the batch in and three
 * numbers out.
 */
public final class Model implements AutoCloseable {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPS = 1e-8f;

    private record Step(int graph, Stage stage, int layer) {}

    private final ModelConfig config;
    private final Network net;
    private final IntArray labels;
    private final FloatArray logits;
    private final FloatArray metrics = new FloatArray(3);
    private final FloatArray hyper = new FloatArray(6);
    private final FloatArray adamM;
    private final FloatArray adamV;
    private final List<Step> forward = new ArrayList<>();
    private final List<Step> backward = new ArrayList<>();
    private final Step head;
    private final Step predict;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult updated;
    private long step;
    private long bytesIn;
    private long bytesOut;

    /**
     * @param smoothing label smoothing ε of the training loss
     * @param weightDecay of the parameters that are not exempt
     */
    public Model(ModelConfig config, int batch, float smoothing, float weightDecay, long seed, TornadoDevice device) {
        this.config = config;
        ParameterTable table = config.parameters();
        int imageValues = config.channels() * config.imageSize() * config.imageSize();
        net = new Network(table, config.norm(), batch, imageValues, config.classes(), device.getMaxGlobalMemory());
        labels = new IntArray(batch);
        logits = net.temporary(batch, config.classes());
        adamM = net.temporary(table.size());
        adamV = net.temporary(table.size());
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
        head = new Step(graphs.size(), training, 0);
        graphs.add(chained(training, body));
        last = training;
        optimizer(net.backward().getLast().stage(), weightDecay);
        for (Network.Pass pass : net.backward()) {
            for (int layer = pass.layers() - 1; layer >= 0; layer--) {
                backward.add(new Step(graphs.size(), pass.stage(), layer));
            }
            graphs.add(chained(pass.stage(), last));
            last = pass.stage();
        }
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

    private void optimizer(Stage update, float weightDecay) {
        FloatArray decay = net.temporary(table().size());
        for (ParameterTable.Entry entry : table().entries()) {
            for (int i = 0; entry.decayed() && i < entry.size(); i++) {
                decay.set(entry.offset() + i, weightDecay);
            }
        }
        AdamWKernel.update(
                update,
                "adamw",
                Slice.of(net.params()),
                Slice.of(adamM),
                Slice.of(adamV),
                Slice.of(net.grads()),
                Slice.of(decay),
                hyper,
                table().size());
        update.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, hyper)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, adamM, adamV, decay)
                .transferToHost(DataTransferMode.UNDER_DEMAND, net.params(), adamM, adamV, net.grads());
    }

    private TornadoExecutionResult execute(Step s) {
        s.stage().select(s.layer());
        TornadoExecutionResult result =
                plan.withGraph(s.graph()).withGridScheduler(net.grids()).execute();
        bytesIn += result.getProfilerResult().getTotalBytesCopyIn();
        bytesOut += result.getProfilerResult().getTotalBytesCopyOut();
        return result;
    }

    /** The device on which the engine runs the model's graphs. */
    public TornadoDevice device() {
        return plan.getDevice(0);
    }

    /** Bytes moved to the device by the model's graphs so far, as the engine counts them (0 on TornadoVM without its profiler). */
    public long bytesIn() {
        return bytesIn;
    }

    /** Bytes moved back. */
    public long bytesOut() {
        return bytesOut;
    }

    private void forward(float[] pixels, int[] classes) {
        MemorySegment.copy(
                MemorySegment.ofArray(pixels), 0, net.images().getSegment(), 0, (long) pixels.length * Float.BYTES);
        for (int i = 0; i < classes.length; i++) {
            labels.set(i, classes[i]);
        }
        forward.forEach(this::execute);
    }

    private Metrics metrics() {
        float counted = metrics.get(2);
        return new Metrics(metrics.get(0) / Math.max(1, counted), (int) metrics.get(1), (int) counted);
    }

    /**
     * One step of training.
     *
     * @param pixels images [batch, channels, size, size]
     * @param classes labels [batch]; below 0: padding
     */
    public Metrics train(float[] pixels, int[] classes, float learningRate) {
        forward(pixels, classes);
        execute(head);
        step++;
        hyper.set(0, learningRate);
        hyper.set(1, BETA1);
        hyper.set(2, BETA2);
        hyper.set(3, EPS);
        hyper.set(4, (float) (1 - Math.pow(BETA1, step)));
        hyper.set(5, (float) (1 - Math.pow(BETA2, step)));
        for (Step s : backward) {
            updated = execute(s);
        }
        return metrics();
    }

    /** Loss without smoothing, and right answers. */
    public Metrics evaluate(float[] pixels, int[] classes) {
        forward(pixels, classes);
        execute(predict).transferToHost(logits);
        return metrics();
    }

    /** Logits [batch, classes] of the last evaluation. */
    public float[] logits() {
        return logits.toHeapArray();
    }

    /** Copies parameters, gradients and optimiser state to the host arrays below. */
    public void download() {
        if (updated != null) {
            updated.transferToHost(net.params(), adamM, adamV, net.grads());
        }
    }

    /** All parameters, flat, by {@link #table()}; current after {@link #download()}; may be set before the first step. */
    public FloatArray parameters() {
        return net.params();
    }

    public FloatArray gradients() {
        return net.grads();
    }

    /** AdamW's first moment. */
    public FloatArray firstMoment() {
        return adamM;
    }

    /** AdamW's second moment. */
    public FloatArray secondMoment() {
        return adamV;
    }

    public ParameterTable table() {
        return net.table();
    }

    public ModelConfig config() {
        return config;
    }

    public int batch() {
        return net.batch();
    }

    /** Steps of training so far. */
    public long step() {
        return step;
    }

    /** Goes on counting from {@code step}, as when resuming. */
    public void resumeAt(long step) {
        this.step = step;
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
