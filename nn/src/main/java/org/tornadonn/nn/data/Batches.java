package org.tornadonn.nn.data;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.tornadonn.nn.Mix;
import org.tornadonn.nn.UserException;

/**
 * Batches prepared by background threads while the device works. In training they never end; the order of an epoch and the
 * augmentation of an image depend on the seed, the epoch and the image alone, and how a batch is to be mixed on the seed and the step, so
 * a run may begin at any step and has the same bits with any number of threads. An evaluation is one pass in order, its last batch
 * padded with label -1.
 */
public final class Batches implements AutoCloseable {
    private static final int AHEAD = 4;

    /**
     * Images [batch, channels, size, size] and labels, -1 for padding.
     *
     * @param mix how the device is to mix them
     */
    public record Batch(float[] images, int[] labels, Mix mix) {}

    private final ImageSet set;
    private final int batch;
    private final int threads;
    private final ExecutorService pool;
    private final BlockingQueue<Batch> queue = new ArrayBlockingQueue<>(AHEAD);
    private Thread thread;
    private final int batches;
    private volatile RuntimeException failure;
    private int taken;
    private long waited;
    private final long start = System.nanoTime();

    private interface Work {
        void run() throws InterruptedException;
    }

    private Batches(ImageSet set, int batch, int batches, int threads) {
        this.set = set;
        this.batch = batch;
        this.batches = batches;
        this.threads = threads;
        pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("images-", 0).factory());
    }

    private void begin(Work work) {
        thread = Thread.ofPlatform().daemon().name("batches").start(() -> {
            try {
                work.run();
            } catch (InterruptedException _) {
                // Closed.
            } catch (RuntimeException e) {
                failure = e;
            }
        });
    }

    /**
     * Endless batches beginning with that of {@code firstStep}; what does not fill a batch at the end of an epoch is left out.
     */
    public static Batches training(ImageSet set, int batch, long seed, long firstStep, Augmentation augmentation) {
        return training(set, batch, seed, firstStep, augmentation, processors());
    }

    static Batches training(
            ImageSet set, int batch, long seed, long firstStep, Augmentation augmentation, int threads) {
        if (batch > set.size()) {
            throw new UserException("The batch (" + batch + ") is larger than the training set (" + set.size()
                    + " images). Use a smaller batch.");
        }
        Batches batches = new Batches(set, batch, Integer.MAX_VALUE, threads);
        batches.begin(() -> batches.train(seed, firstStep, augmentation));
        return batches;
    }

    /** One pass, in order. */
    public static Batches evaluation(ImageSet set, int batch) {
        Batches batches = new Batches(set, batch, (set.size() + batch - 1) / batch, processors());
        batches.begin(batches::evaluate);
        return batches;
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Steps of an epoch of training. */
    public static int stepsPerEpoch(ImageSet set, int batch) {
        return set.size() / batch;
    }

    private void train(long seed, long firstStep, Augmentation augmentation) throws InterruptedException {
        int perEpoch = stepsPerEpoch(set, batch);
        for (long step = firstStep; ; ) {
            long epoch = step / perEpoch;
            int[] order = shuffled(seed, epoch);
            for (; step / perEpoch == epoch; step++) {
                int first = (int) (step % perEpoch) * batch;
                float[] images = new float[batch * imageValues()];
                int[] labels = new int[batch];
                each(i -> {
                    int index = order[first + i];
                    SplittableRandom random = new SplittableRandom((seed * 31 + epoch) * 1_000_003L + index);
                    labels[i] = set.image(index, augmentation, random, images, i * imageValues());
                });
                Mix mix = MixDraw.draw(augmentation, set.imageSize(), new SplittableRandom(seed * 104_729L + step));
                queue.put(new Batch(images, labels, mix));
            }
        }
    }

    private int[] shuffled(long seed, long epoch) {
        SplittableRandom random = new SplittableRandom(seed * 7919 + epoch);
        int[] order = IntStream.range(0, set.size()).toArray();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    private void evaluate() throws InterruptedException {
        for (int start = 0; start < set.size(); start += batch) {
            int first = start;
            float[] images = new float[batch * imageValues()];
            int[] labels = new int[batch];
            each(i -> labels[i] = first + i < set.size() ? set.image(first + i, images, i * imageValues()) : -1);
            queue.put(new Batch(images, labels, Mix.NONE));
        }
    }

    /** Does work for each place of a batch, which no other place may notice. */
    private void each(IntConsumer work) throws InterruptedException {
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int start = t;
            running.add(pool.submit(() -> {
                for (int i = start; i < batch; i += threads) {
                    work.accept(i);
                }
            }));
        }
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
            }
        }
    }

    private int imageValues() {
        return set.channels() * set.imageSize() * set.imageSize();
    }

    /** The next batch, or null after the last of an evaluation. */
    public Batch next() {
        if (taken == batches) {
            return null;
        }
        long before = System.nanoTime();
        try {
            Batch next = null;
            while (next == null) {
                next = queue.poll(100, TimeUnit.MILLISECONDS);
                if (next == null && failure != null) {
                    throw failure;
                }
            }
            taken++;
            waited += System.nanoTime() - before;
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for data", e);
        }
    }

    /** Share of the time since the beginning that {@link #next()} waited for data. */
    public double waitingShare() {
        return (double) waited / (System.nanoTime() - start);
    }

    @Override
    public void close() {
        thread.interrupt();
        pool.shutdownNow();
    }
}
