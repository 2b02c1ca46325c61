package org.tornadonn.examples;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;

/** How long a model takes for a batch, from pixels on the host to logits on the host. */
final class Latency {
    private static final int RUNS = 50;
    private static final long LONGEST_NANOS = 3_000_000_000L;

    private final int batch;
    private final List<Long> nanos = new ArrayList<>();

    Latency(int batch) {
        this.batch = batch;
    }

    /** Of a model with the first images of a set, fifty times or for three seconds. */
    static Latency of(Model model, ImageSet set) {
        Latency latency = new Latency(model.batch());
        try (Batches batches = Batches.evaluation(set, model.batch())) {
            Batches.Batch first = batches.next();
            // The first time kernels are compiled.
            logits(model, first);
            long begin = System.nanoTime();
            while (latency.nanos.size() < RUNS && System.nanoTime() - begin < LONGEST_NANOS) {
                long start = System.nanoTime();
                logits(model, first);
                latency.add(System.nanoTime() - start);
            }
        }
        return latency;
    }

    static float[] logits(Model model, Batches.Batch batch) {
        model.evaluate(batch.images(), batch.labels());
        return model.logits();
    }

    void add(long nanos) {
        this.nanos.add(nanos);
    }

    boolean isEmpty() {
        return nanos.isEmpty();
    }

    /** The smallest time that such a share of the runs does not exceed. */
    private double milliseconds(double share) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1e6;
    }

    @Override
    public String toString() {
        double seconds = nanos.stream().mapToLong(Long::longValue).sum() / 1e9;
        return String.format(
                "%d image%s at a time: median %.2f ms, 95 %% within %.2f ms, %.0f images/s",
                batch, batch == 1 ? "" : "s", milliseconds(0.5), milliseconds(0.95), batch * nanos.size() / seconds);
    }
}
