package org.tornadonn.nn.vit;

import org.tornadonn.kernels.AdamWKernel;
import org.tornadonn.kernels.CrossEntropyKernel;
import org.tornadonn.kernels.PatchKernel;
import org.tornadonn.kernels.PoolKernel;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.kernels.TokenKernel;
import org.tornadonn.nn.ParameterTable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A vision transformer planned once for a batch size, with its training step: forward, cross-entropy with label smoothing,
 * backward, AdamW. Parameters, gradients, optimiser state and activations stay on the device; a step moves the batch in and three
 * numbers out.
 *
 * <p>Five task graphs make a step: embed, block (once per layer), head (with the loss and its gradient), blockBackward (once per
 * layer), update. The cost of compiling them does not depend on the depth.
 */
public final class VisionTransformer implements AutoCloseable {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPS = 1e-8f;

    private final VitConfig config;
    private final int batch;
    private final ParameterTable table;
    private final Tensors a;
    private final FloatArray images;
    private final IntArray labels;
    private final FloatArray logits;
    private final FloatArray metrics = new FloatArray(3);
    private final FloatArray hyper = new FloatArray(6);
    private final FloatArray adamM;
    private final FloatArray adamV;
    private final GridScheduler grids = new GridScheduler();
    private final Stage embed;
    private final Stage block;
    private final Stage head;
    private final Stage blockBackward;
    private final Stage update;
    private final Stage predict;
    private final TornadoExecutionPlan plan;
    private TornadoExecutionResult updated;
    private long step;
    private long bytesIn;
    private long bytesOut;

    /**
     * @param smoothing label smoothing ε of the training loss
     * @param weightDecay of all tensors with two or more axes but the class token and the positions
     */
    public VisionTransformer(
            VitConfig config, int batch, float smoothing, float weightDecay, long seed, TornadoDevice device) {
        this.config = config;
        this.batch = batch;
        table = config.parameters();
        a = new Tensors(config, table, batch);
        images = new FloatArray(batch * config.channels() * config.imageSize() * config.imageSize());
        labels = new IntArray(batch);
        logits = new FloatArray(batch * config.classes());
        adamM = new FloatArray(table.size());
        adamV = new FloatArray(table.size());
        VitInit.fill(a.params, config, table, seed);

        embed = new Stage("embed", grids);
        block = new Stage("block", grids);
        head = new Stage("head", grids);
        blockBackward = new Stage("blockBackward", grids);
        update = new Stage("update", grids);
        predict = new Stage("predict", grids);
        VitBlock layers = new VitBlock(config, a, batch);
        embedForward();
        layers.forward(block);
        headBackward(headForward(head, smoothing));
        layers.backward(blockBackward);
        embedBackward();
        optimizer(weightDecay);
        headForward(predict, 0f);

        embed.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, images)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, a.resident())
                .persistOnDevice(a.resident());
        follow(block, embed);
        follow(head, block);
        follow(blockBackward, head);
        follow(update, blockBackward);
        follow(predict, block);
        plan = new TornadoExecutionPlan(
                embed.graph().snapshot(),
                block.graph().snapshot(),
                head.graph().snapshot(),
                blockBackward.graph().snapshot(),
                update.graph().snapshot(),
                predict.graph().snapshot());
        plan.withDevice(device);
    }

    private void follow(Stage stage, Stage before) {
        stage.graph().consumeFromDevice(before.name(), a.resident()).persistOnDevice(a.resident());
    }

    private LinearLayer patchEmbedding() {
        return new LinearLayer(
                "patchEmbed",
                a.param("patch_embed.proj.weight"),
                a.param("patch_embed.proj.bias"),
                a.grad("patch_embed.proj.weight"),
                a.grad("patch_embed.proj.bias"),
                batch * config.patches(),
                config.channels() * config.patch() * config.patch(),
                config.width());
    }

    private void embedForward() {
        Slice embedded = Slice.of(new FloatArray(batch * config.patches() * config.width()));
        PatchKernel.unfold(
                embed,
                "unfold",
                a.patches,
                Slice.of(images),
                batch,
                config.channels(),
                config.imageSize(),
                config.patch());
        patchEmbedding().forward(embed, embedded, a.patches, null);
        Slice first = new Slice(a.x.array(), 0, 0);
        TokenKernel.forward(
                embed,
                "tokens",
                first,
                embedded,
                a.param("cls_token"),
                a.param("pos_embed"),
                batch,
                config.patches(),
                config.width());
    }

    private void embedBackward() {
        Slice dEmbedded = Slice.of(new FloatArray(batch * config.patches() * config.width()));
        TokenKernel.backward(
                update,
                "tokens",
                dEmbedded,
                a.grad("cls_token"),
                a.grad("pos_embed"),
                Slice.of(a.dStream),
                batch,
                config.patches(),
                config.width());
        patchEmbedding().backwardWeights(update, dEmbedded, a.patches);
    }

    private final class Head {
        final Slice pooled = Slice.of(new FloatArray(batch * config.width()));
        final Slice features = Slice.of(new FloatArray(batch * config.width()));
        final Slice dLogits = Slice.of(new FloatArray(batch * config.classes()));
        final NormLayer norm = new NormLayer(
                config.norm(),
                "fcNorm",
                p -> a.param("fc_norm." + p),
                p -> a.grad("fc_norm." + p),
                Slice.of(new FloatArray(batch)),
                Slice.of(new FloatArray(batch)),
                batch,
                config.width());
        final LinearLayer linear = new LinearLayer(
                "head",
                a.param("head.weight"),
                a.param("head.bias"),
                a.grad("head.weight"),
                a.grad("head.bias"),
                batch,
                config.width(),
                config.classes());
    }

    private Head headForward(Stage s, float smoothing) {
        Head h = new Head();
        PoolKernel.forward(s, "pool", h.pooled, a.last(), batch, config.tokens(), config.width());
        h.norm.forward(s, h.features, h.pooled);
        h.linear.forward(s, Slice.of(logits), h.features, null);
        CrossEntropyKernel.forward(
                s, "loss", h.dLogits, metrics, Slice.of(logits), labels, batch, config.classes(), smoothing);
        s.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, labels)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, metrics)
                .transferToHost(DataTransferMode.UNDER_DEMAND, logits);
        return h;
    }

    private void headBackward(Head tail) {
        Slice dFeatures = Slice.of(new FloatArray(batch * config.width()));
        Slice dPooled = Slice.of(new FloatArray(batch * config.width()));
        tail.linear.backwardWeights(head, tail.dLogits, tail.features);
        tail.linear.backwardInput(head, dFeatures, tail.dLogits);
        tail.norm.backward(head, dPooled, dFeatures, tail.pooled, null);
        PoolKernel.backward(head, "poolBackward", Slice.of(a.dStream), dPooled, batch, config.tokens(), config.width());
    }

    private void optimizer(float weightDecay) {
        FloatArray decay = new FloatArray(table.size());
        for (ParameterTable.Entry entry : table.entries()) {
            for (int i = 0; entry.decayed() && i < entry.size(); i++) {
                decay.set(entry.offset() + i, weightDecay);
            }
        }
        AdamWKernel.update(
                update,
                "adamw",
                Slice.of(a.params),
                Slice.of(adamM),
                Slice.of(adamV),
                Slice.of(a.grads),
                Slice.of(decay),
                hyper,
                table.size());
        update.graph()
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, hyper)
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, adamM, adamV, decay)
                .transferToHost(DataTransferMode.UNDER_DEMAND, a.params, adamM, adamV, a.grads);
    }

    private TornadoExecutionResult execute(int graph, Stage stage, int layer) {
        stage.select(layer);
        TornadoExecutionResult result =
                plan.withGraph(graph).withGridScheduler(grids).execute();
        bytesIn += result.getProfilerResult().getTotalBytesCopyIn();
        bytesOut += result.getProfilerResult().getTotalBytesCopyOut();
        return result;
    }

    /** Bytes moved to the device by the model's graphs so far, as the engine counts them. */
    long bytesIn() {
        return bytesIn;
    }

    /** Bytes moved back. */
    long bytesOut() {
        return bytesOut;
    }

    private void forward(float[] pixels, int[] classes) {
        for (int i = 0; i < pixels.length; i++) {
            images.set(i, pixels[i]);
        }
        for (int i = 0; i < classes.length; i++) {
            labels.set(i, classes[i]);
        }
        execute(0, embed, 0);
        for (int layer = 0; layer < config.depth(); layer++) {
            execute(1, block, layer);
        }
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
        execute(2, head, 0);
        for (int layer = config.depth() - 1; layer >= 0; layer--) {
            execute(3, blockBackward, layer);
        }
        step++;
        hyper.set(0, learningRate);
        hyper.set(1, BETA1);
        hyper.set(2, BETA2);
        hyper.set(3, EPS);
        hyper.set(4, (float) (1 - Math.pow(BETA1, step)));
        hyper.set(5, (float) (1 - Math.pow(BETA2, step)));
        updated = execute(4, update, 0);
        return metrics();
    }

    /** Loss without smoothing, and right answers. */
    public Metrics evaluate(float[] pixels, int[] classes) {
        forward(pixels, classes);
        execute(5, predict, 0).transferToHost(logits);
        return metrics();
    }

    /** Logits [batch, classes] of the last evaluation. */
    public float[] logits() {
        return logits.toHeapArray();
    }

    /** Copies parameters, gradients and optimiser state to the host arrays below. */
    public void download() {
        if (updated != null) {
            updated.transferToHost(a.params, adamM, adamV, a.grads);
        }
    }

    /** All parameters, flat, by {@link #table()}; current after {@link #download()}; may be set before the first step. */
    public FloatArray parameters() {
        return a.params;
    }

    public FloatArray gradients() {
        return a.grads;
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
        return table;
    }

    public VitConfig config() {
        return config;
    }

    public int batch() {
        return batch;
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
