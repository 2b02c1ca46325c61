package org.tornadonn.nn.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tornadonn.kernels.Slice;
import org.tornadonn.nn.Mix;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Targets;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.layer.Network;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * An image classifier planned once for a batch size, with its training step: forward, cross-entropy with label smoothing,
 * backward, AdamW. Parameters, their average, gradients, optimiser state and activations stay on the device; a step moves the
 * batch in and a few numbers out.
 *
 * <p>On several devices training is data-parallel: each has a copy of the model and an equal share of the batch, the gradients
 * are averaged on the host, in the order of the devices and so with the same bits each time, and each copy is updated with the
 * mean. Copies on devices of one kind stay equal to the last bit. What the model shows is the first one's.
 */
public final class Model implements AutoCloseable {
    private final ModelConfig config;
    private final Training training;
    private final int batch;
    private final List<Replica> replicas = new ArrayList<>();
    // TornadoVM has a command queue for each device and thread, so a device keeps its thread.
    private final List<ExecutorService> threads = new ArrayList<>();
    private final ParameterTable table;
    private boolean begun;
    private long step;

    /** @throws UserException where a device is given twice, the batch cannot be shared equally, or the model does not fit */
    public Model(ModelConfig config, Training training, TornadoDevice... devices) {
        this.config = config;
        this.training = training;
        batch = training.batch() / training.accumulation();
        table = config.parameters();
        int count = devices.length;
        if (count == 0) {
            throw new IllegalArgumentException("a model needs a device");
        }
        if (Set.copyOf(List.of(devices)).size() < count) {
            throw new UserException("A device is given twice. Name different ones, by their numbers.");
        }
        int parts = Math.multiplyExact(count, training.accumulation());
        if (training.batch() % parts != 0) {
            throw new UserException("A batch of " + training.batch() + " cannot be cut into " + parts
                    + " equal parts (devices: " + count + ", micro-batches on each: " + training.accumulation()
                    + "). Use one that " + parts + " divides, such as " + (training.batch() / parts + 1) * parts + ".");
        }
        if (training.mixing() && batch / count % 2 == 1) {
            throw new UserException(
                    "Mixup and cutmix mix pairs of images, so a device must compute an even number of them at a"
                            + " time, and here it is " + batch / count + ". Use a batch that " + 2 * parts
                            + " divides, such as "
                            + (training.batch() / (2 * parts) + 1) * 2 * parts + ".");
        }
        long memory = Stream.of(devices)
                .mapToLong(TornadoDevice::getMaxGlobalMemory)
                .min()
                .getAsLong();
        MemoryPlan.check(config, training, count, memory);
        try {
            for (TornadoDevice device : devices) {
                replicas.add(new Replica(config, training, batch / count, count == 1, device));
                threads.add(Executors.newSingleThreadExecutor(Thread.ofPlatform()
                        .daemon()
                        .name("device-" + threads.size())
                        .factory()));
            }
        } catch (RuntimeException | Error e) {
            // What the first devices have must not wait for the garbage collector.
            replicas.forEach(Replica::close);
            threads.forEach(ExecutorService::close);
            throw e;
        }
    }

    /** Does work for each replica, given by its number, and waits for all: at the same time where there are several. */
    private void onEach(IntConsumer work) {
        if (replicas.size() == 1) {
            work.accept(0);
            return;
        }
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < replicas.size(); i++) {
            int number = i;
            running.add(threads.get(i).submit(() -> work.accept(number)));
        }
        Throwable failure = null;
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (ExecutionException e) {
                failure = e.getCause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the devices work", e);
            }
        }
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** Copies what was set in the first replica before the first execution. A resumed average goes on. */
    private void begin() {
        if (!begun) {
            begun = true;
            if (step == 0) {
                replicas.getFirst().beginAverage();
            }
            replicas.stream().skip(1).forEach(r -> r.beginAs(replicas.getFirst()));
        }
    }

    /** One step of training towards labels [batch], each a class, or below 0 for padding. */
    public Metrics train(float[] pixels, int[] labels, float learningRate) {
        return train(pixels, labels, Mix.NONE, learningRate);
    }

    /**
     * One step of training.
     *
     * @param pixels images [batch of the training, channels, size, size]
     * @param labels [batch of the training], each a class, or below 0 for padding
     * @param mix how images and labels are mixed, by a model whose training is mixing
     */
    public Metrics train(float[] pixels, int[] labels, Mix mix, float learningRate) {
        if (!training.mixing() && !mix.equals(Mix.NONE)) {
            throw new IllegalArgumentException("this model's training was planned without mixing");
        }
        return train(pixels, Targets.mixed(labels, mix.lambda(), config.classes()), mix, learningRate);
    }

    /** @param targets [batch of the training, classes], in rows that sum to 1; a row of zeros: padding */
    Metrics train(float[] pixels, float[] targets, Mix mix, float learningRate) {
        begin();
        int share = training.batch() / replicas.size();
        onEach(i -> replicas.get(i).backward(pixels, targets, mix, i * share, step));
        if (replicas.size() > 1) {
            average();
        }
        step++;
        onEach(i -> replicas.get(i).update(learningRate, step));
        Metrics metrics = metrics();
        return new Metrics(
                metrics.loss(),
                metrics.correct(),
                metrics.counted(),
                replicas.getFirst().optimizer().gradientNorm());
    }

    /** The mean over the samples that count, not over the shares: padding may lie in one share alone. */
    private void average() {
        int counted = Math.max(1, metrics().counted());
        float[] weights = new float[replicas.size()];
        for (int r = 0; r < weights.length; r++) {
            weights[r] = replicas.get(r).metrics()[2] / counted;
        }
        List<FloatArray> own = replicas.stream().map(Replica::ownGradients).toList();
        FloatArray mean = gradients();
        IntStream.range(0, table.size()).parallel().forEach(i -> {
            float sum = 0f;
            for (int r = 0; r < weights.length; r++) {
                sum += weights[r] * own.get(r).get(i);
            }
            mean.set(i, sum);
        });
        replicas.stream().skip(1).forEach(r -> r.gradients().getSegment().copyFrom(mean.getSegment()));
    }

    private Metrics metrics() {
        float loss = 0f;
        int correct = 0;
        int counted = 0;
        for (Replica r : replicas) {
            loss += r.metrics()[0];
            correct += (int) r.metrics()[1];
            counted += (int) r.metrics()[2];
        }
        return new Metrics(loss / Math.max(1, counted), correct, counted, Float.NaN);
    }

    /** Loss without smoothing, and right answers, of {@link #batch()} images; of labels below 0, padding, neither. */
    public Metrics evaluate(float[] pixels, int[] labels) {
        return evaluate(pixels, labels, false);
    }

    /** The same with the average of the weights in their place. */
    public Metrics evaluateAverage(float[] pixels, int[] labels) {
        if (!training.averaged()) {
            throw new IllegalStateException("no average of the weights is kept");
        }
        return evaluate(pixels, labels, true);
    }

    private Metrics evaluate(float[] pixels, int[] labels, boolean averaged) {
        begin();
        int share = batch / replicas.size();
        float[] targets = Targets.oneHot(labels, config.classes());
        onEach(i -> replicas.get(i).evaluate(pixels, targets, i * share, averaged));
        return metrics();
    }

    /** Logits [batch, classes] of the last evaluation. */
    public float[] logits() {
        float[] logits = new float[batch * config.classes()];
        int share = logits.length / replicas.size();
        for (int i = 0; i < replicas.size(); i++) {
            System.arraycopy(replicas.get(i).logits().toHeapArray(), 0, logits, i * share, share);
        }
        return logits;
    }

    /** Names of the norm layers, timm's and in its order. */
    public List<String> norms() {
        Map<String, Network.Probe> norms = replicas.getFirst().norms();
        return table.entries().stream()
                .map(ParameterTable.Entry::owner)
                .distinct()
                .filter(norms::containsKey)
                .toList();
    }

    /**
     * What a norm layer was given and gave in the last evaluation. Of a ViT's last norm it is what the head needs: the mean of the
     * patches, or the class token.
     *
     * @param norm one of {@link #norms()}, such as {@code "blocks.3.norm1"}
     * @throws UserException where there is none of that name
     */
    public Activation activation(String norm) {
        if (!norms().contains(norm)) {
            throw new UserException(
                    "This model keeps nothing of a norm layer " + norm + ". It does of " + String.join(", ", norms())
                            + "." + (training.recompute() ? " Without recomputation it keeps all." : ""));
        }
        Network.Probe first = replicas.getFirst().norms().get(norm);
        int share = first.rows() * first.columns();
        float[] input = new float[share * replicas.size()];
        float[] output = new float[input.length];
        onEach(i -> replicas.get(i).download(norm));
        for (int i = 0; i < replicas.size(); i++) {
            Network.Probe probe = replicas.get(i).norms().get(norm);
            copy(probe.input(), input, i * share, share);
            copy(probe.output(), output, i * share, share);
        }
        return new Activation(input, output, first.columns());
    }

    private static void copy(Slice from, float[] to, int first, int size) {
        for (int i = 0; i < size; i++) {
            to[first + i] = from.array().get(from.offset() + i);
        }
    }

    /** Copies parameters, gradients and optimiser state to the host arrays below. */
    public void download() {
        replicas.getFirst().download();
    }

    /**
     * All parameters, flat, by {@link #table()}; current after {@link #download()}; may be set before the first step. Behind them,
     * from the table's size on, is their average where one is kept.
     */
    public FloatArray parameters() {
        return replicas.getFirst().parameters();
    }

    /** Of the mean loss of the last batch, not clipped. */
    public FloatArray gradients() {
        return replicas.getFirst().gradients();
    }

    /** AdamW's first moment. */
    public FloatArray firstMoment() {
        return replicas.getFirst().optimizer().firstMoment();
    }

    /** AdamW's second moment. */
    public FloatArray secondMoment() {
        return replicas.getFirst().optimizer().secondMoment();
    }

    /** The device on which the engine runs the graphs of the first copy. */
    public TornadoDevice device() {
        return replicas.getFirst().device();
    }

    /** Bytes of the arrays that this model has on each device: parameters, gradients, moments, activations. */
    public long deviceBytes() {
        return replicas.getFirst().deviceBytes();
    }

    /** Bytes moved to the devices by the model's graphs so far, as the engine counts them (0 on TornadoVM without its profiler). */
    public long bytesIn() {
        return replicas.stream().mapToLong(Replica::bytesIn).sum();
    }

    /** Bytes moved back. */
    public long bytesOut() {
        return replicas.stream().mapToLong(Replica::bytesOut).sum();
    }

    public ParameterTable table() {
        return table;
    }

    public ModelConfig config() {
        return config;
    }

    /** Images of an evaluation, and of one of the micro-batches of a step, on all devices together. */
    public int batch() {
        return batch;
    }

    public Training training() {
        return training;
    }

    /** Steps of training so far. */
    public long step() {
        return step;
    }

    /** Goes on counting from {@code step}, and with the average of the weights that was set, as when resuming. */
    public void resumeAt(long step) {
        this.step = step;
    }

    @Override
    public void close() {
        onEach(i -> replicas.get(i).close());
        threads.forEach(ExecutorService::close);
    }
}
