package org.tornadonn.nn.layer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.kernels.MixKernel;
import org.tornadonn.kernels.Shape;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.Mix;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A model under construction for one batch size: its device arrays and its stages, in the order in which they are executed. A
 * model's configuration adds {@link #forward forward} stages, the {@link #head} and {@link #backward backward} stages.
 *
 * <p>Identical blocks share a stage, which is executed once per block; what they save for backward is stacked by block. So the
 * cost of compiling a model does not depend on its depth.
 */
public final class Network {
    /**
     * A stage that is executed once for each of {@code layers} blocks, in backward from the last to the first.
     *
     * @param again of blocks that are computed again, their forward, which is executed before each but the last of them; else null
     */
    public record Pass(Stage stage, int layers, Stage again) {}

    /**
     * What can be seen of a layer [rows, columns] after forward.
     *
     * @param stage the one that computes it
     */
    public record Probe(Stage stage, Slice input, Slice output, int rows, int columns) {}

    private final ParameterTable table;
    private final Norm norm;
    private final int batch;
    private final int classes;
    private final Training training;
    private final Shape shape;
    private final GridScheduler grids = new GridScheduler();
    private final List<FloatArray> resident = new ArrayList<>();
    private final FloatArray params;
    private final FloatArray grads;
    private final FloatArray images;
    private final FloatArray mix = new FloatArray(MixKernel.PARAMETERS);
    private final int channels;
    private final int imageSize;
    private final Map<MemoryUse, Long> uses = new EnumMap<>(MemoryUse.class);
    private final List<Pass> forward = new ArrayList<>();
    private final List<Pass> backward = new ArrayList<>();
    private final Map<String, Probe> norms = new LinkedHashMap<>();
    private final List<DropPath> dropPaths = new ArrayList<>();
    private ClassifierHead head;

    /**
     * @param batch samples that are computed at a time
     * @param channels of an image
     * @param imageSize its side
     * @param shape of the kernels
     */
    public Network(
            ParameterTable table,
            Norm norm,
            Training training,
            int batch,
            int channels,
            int imageSize,
            int classes,
            Shape shape) {
        this.table = table;
        this.norm = norm;
        this.batch = batch;
        this.classes = classes;
        this.training = training;
        this.shape = shape;
        params = shared(MemoryUse.PARAMETERS, training.averaged() ? 2 : 1, table.size());
        grads = shared(MemoryUse.GRADIENTS, table.size());
        this.channels = channels;
        this.imageSize = imageSize;
        images = temporary(batch, channels, imageSize, imageSize);
    }

    /** A device array that one stage alone uses, for a batch. */
    public FloatArray temporary(long... factors) {
        return array(MemoryUse.WORKING, factors);
    }

    /** A device array that one stage alone uses. */
    public FloatArray array(MemoryUse use, long... factors) {
        long elements = 1;
        for (long factor : factors) {
            elements = Math.multiplyExact(elements, factor);
        }
        if (elements > Integer.MAX_VALUE) {
            throw new UserException(String.format(
                    "A tensor of this model would have %,d elements, and an array holds %,d. Use a smaller batch, or more"
                            + " micro-batches.",
                    elements, Integer.MAX_VALUE));
        }
        uses.merge(use, elements * Float.BYTES, Long::sum);
        return new FloatArray((int) elements);
    }

    /** Bytes of all device arrays so far, by what they are for. */
    public Map<MemoryUse, Long> uses() {
        return uses;
    }

    /** A device array that all stages share. */
    public FloatArray shared(MemoryUse use, long... factors) {
        FloatArray array = array(use, factors);
        resident.add(array);
        return array;
    }

    /** A device array that all stages share, of what forward leaves for backward. */
    public FloatArray resident(long... factors) {
        return shared(MemoryUse.SAVED, factors);
    }

    /** What one stage leaves for another: a tensor of {@code elements} for each of {@code layers} blocks. */
    public Slice saved(int layers, long elements) {
        return new Slice(resident(layers, elements), 0, layers == 1 ? 0 : (int) elements);
    }

    /**
     * What the forward of identical blocks leaves for their backward: for each of them, or, where they are computed again, for the one at
     * hand.
     */
    public Slice savedInBlocks(int layers, long elements) {
        return saved(training.recompute() ? 1 : layers, elements);
    }

    /** The parameters under a prefix, such as {@code "fc_norm."}. */
    public Scope scope(String prefix) {
        return new Scope(table, params, grads, prefix, -1, 0);
    }

    /**
     * The parameters of identical blocks.
     *
     * @param prefix of block 0; with its 0 replaced by 1, that of block 1
     * @param layers number of blocks
     */
    public Scope blocks(String prefix, int layers) {
        int stride = layers < 2 ? 0 : first(prefix.replaceAll("0\\.$", "1.")) - first(prefix);
        return new Scope(table, params, grads, prefix, prefix.length() - 2, stride);
    }

    private int first(String prefix) {
        return table.entries().stream()
                .filter(e -> e.name().startsWith(prefix))
                .mapToInt(ParameterTable.Entry::offset)
                .min()
                .orElseThrow(() -> new IllegalArgumentException("no parameter begins with " + prefix));
    }

    /** The next stage of forward. The first mixes the images, where training does. */
    public Stage forward(String name, int layers) {
        Stage stage = add(forward, name, layers, null);
        if (forward.size() == 1 && training.mixing()) {
            MixKernel.mix(stage, "mix", Slice.of(images), Slice.of(mix), batch, channels, imageSize);
            stage.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, mix);
        }
        return stage;
    }

    /** Before an execution of the first stage: how it mixes. */
    public void mix(Mix how) {
        float[] numbers = {how.kept(), how.left(), how.top(), how.width(), how.height()};
        for (int i = 0; i < numbers.length; i++) {
            mix.set(i, numbers[i]);
        }
    }

    /** A stage of the same plan, outside of forward and backward. */
    public Stage stage(String name) {
        return new Stage(name, grids, shape);
    }

    /** The next stage of backward. */
    public Stage backward(String name, int layers) {
        return add(backward, name, layers, null);
    }

    /** The same for identical blocks, whose forward is at hand. */
    public Stage backward(String name, int layers, Stage forward) {
        return add(backward, name, layers, training.recompute() ? forward : null);
    }

    private Stage add(List<Pass> passes, String name, int layers, Stage again) {
        Stage stage = stage(name);
        passes.add(new Pass(stage, layers, again));
        return stage;
    }

    /** Lets the input and output of the norms of {@code layers} identical blocks be seen; of blocks that are computed again, of the last. */
    void probe(Scope scope, int layers, Probe first) {
        for (Slice slice : List.of(first.input(), first.output())) {
            // What stages share can be downloaded as it is.
            if (!resident.contains(slice.array())) {
                first.stage().graph().transferToHost(DataTransferMode.UNDER_DEMAND, slice.array());
            }
        }
        for (int i = training.recompute() ? layers - 1 : 0; i < layers; i++) {
            Slice input = first.input().shifted(i);
            Slice output = first.output().shifted(i);
            norms.put(scope.name(i), new Probe(first.stage(), input, output, first.rows(), first.columns()));
        }
    }

    /** The norm layers by timm's names. */
    public Map<String, Probe> norms() {
        return norms;
    }

    void add(DropPath dropPath) {
        dropPaths.add(dropPath);
    }

    /** Those that leave something out. */
    public List<DropPath> dropPaths() {
        return List.copyOf(dropPaths);
    }

    /** The rate of drop path in the last block. */
    float dropPath() {
        return training.dropPath();
    }

    /** What stands between the last stage of forward and the loss. */
    public void head(ClassifierHead head) {
        this.head = head;
    }

    public ClassifierHead head() {
        return head;
    }

    public List<Pass> forward() {
        return List.copyOf(forward);
    }

    public List<Pass> backward() {
        return List.copyOf(backward);
    }

    public List<FloatArray> resident() {
        return List.copyOf(resident);
    }

    public GridScheduler grids() {
        return grids;
    }

    /** Images [batch, channels, size, size], uploaded at each execution of the first stage. */
    public FloatArray images() {
        return images;
    }

    /** All parameters, flat, in the table's order; behind them their average, where one is kept. */
    public FloatArray params() {
        return params;
    }

    /** The average of {@link #params()}, or null. */
    public Slice average() {
        return training.averaged() ? new Slice(params, table.size(), 0) : null;
    }

    /** All gradients, likewise. */
    public FloatArray grads() {
        return grads;
    }

    public ParameterTable table() {
        return table;
    }

    public Norm norm() {
        return norm;
    }

    public int batch() {
        return batch;
    }

    public int classes() {
        return classes;
    }
}
