package org.tornadonn.nn.data;

import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.tornadonn.nn.UserException;

/**
 * Batches prepared by a background thread while the device works. In training they never end; the order of an epoch and the
 * augmentation of an image depend on the seed, the epoch and the image alone, so a run may begin at any step. An evaluation is one
 * pass in order, its last batch padded with label -1.
 */
public final class Batches implements AutoCloseable {
    private static final int AHEAD = 4;

    /** Images [batch, channels, size, size] and labels, -1 for padding. */
    public record Batch(float[] images, int[] labels) {}

    private final ImageSet set;
    private final int batch;
    private final long seed;
    private final BlockingQueue<Batch> queue = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;
    private final int batches;
    private volatile RuntimeException failure;
    private int taken;
    private long waited;
    private final long start = System.nanoTime();

    private Batches(ImageSet set, int batch, long seed, boolean training, long firstStep) {
        this.set = set;
        this.batch = batch;
        this.seed = seed;
        batches = training ? Integer.MAX_VALUE : (set.size() + batch - 1) / batch;
        thread = Thread.ofPlatform().daemon().name("batches").unstarted(() -> {
            try {
                if (training) {
                    train(firstStep);
                } else {
                    evaluate();
                }
            } catch (InterruptedException _) {
                // Closed.
            } catch (RuntimeException e) {
                failure = e;
            }
        });
    }

    /** Endless batches beginning with that of {@code firstStep}; what does not fill a batch at the end of an epoch is left out. */
    public static Batches training(ImageSet set, int batch, long seed, long firstStep) {
        if (batch > set.size()) {
            throw new UserException("The batch (" + batch + ") is larger than the training set (" + set.size()
                    + " images). Use a smaller batch.");
        }
        Batches batches = new Batches(set, batch, seed, true, firstStep);
        batches.thread.start();
        return batches;
    }

    /** One pass, in order. */
    public static Batches evaluation(ImageSet set, int batch) {
        Batches batches = new Batches(set, batch, 0, false, 0);
        batches.thread.start();
        return batches;
    }

    /** Steps of an epoch of training. */
    public static int stepsPerEpoch(ImageSet set, int batch) {
        return set.size() / batch;
    }

    private void train(long firstStep) throws InterruptedException {
        int perEpoch = stepsPerEpoch(set, batch);
        long epoch = -1;
        int[] order = null;
        for (long step = firstStep; ; step++) {
            if (step / perEpoch != epoch) {
                epoch = step / perEpoch;
                order = shuffled(epoch);
            }
            int first = (int) (step % perEpoch) * batch;
            Batch next = empty();
            for (int i = 0; i < batch; i++) {
                int index = order[first + i];
                SplittableRandom augment = new SplittableRandom((seed * 31 + epoch) * 1_000_003L + index);
                next.labels()[i] = set.image(index, augment, next.images(), i * imageValues());
            }
            queue.put(next);
        }
    }

    private int[] shuffled(long epoch) {
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
        for (int first = 0; first < set.size(); first += batch) {
            Batch next = empty();
            for (int i = 0; i < batch; i++) {
                next.labels()[i] =
                        first + i < set.size() ? set.image(first + i, null, next.images(), i * imageValues()) : -1;
            }
            queue.put(next);
        }
    }

    private int imageValues() {
        return set.channels() * set.imageSize() * set.imageSize();
    }

    private Batch empty() {
        return new Batch(new float[batch * imageValues()], new int[batch]);
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
    }
}
