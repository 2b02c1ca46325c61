package org.tornadonn.nn.model;

import java.util.EnumMap;
import java.util.Map;
import org.tornadonn.kernels.Shape;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.layer.MemoryUse;
import org.tornadonn.nn.layer.Network;

/**
 * Bytes that a training keeps on each of its devices, counted before anything is allocated there. Parameters, gradients, moments
 * and scaled weights are a constant; the rest grows with the samples that are computed at a time. Sums in parts, tables and scalars
 * are not counted.
 *
 * @param batch samples that a device computes at a time
 * @param uses bytes by what they are for
 */
public record MemoryPlan(int batch, Map<MemoryUse, Long> uses) {
    /** @param devices that share the batch */
    public static MemoryPlan of(ModelConfig config, Training training, int devices) {
        return ofOneSample(config, training, devices)
                .times(Math.max(1, training.batch() / training.accumulation() / devices));
    }

    private static MemoryPlan ofOneSample(ModelConfig config, Training training, int devices) {
        ParameterTable table = config.parameters();
        Network net = new Network(
                table,
                config.norm(),
                training,
                1,
                config.channels(),
                config.imageSize(),
                config.classes(),
                Shape.LANES);
        config.build(net);
        Stage head = net.stage("head");
        Slice logits = Slice.of(net.temporary(config.classes()));
        Slice targets = Slice.of(net.temporary(config.classes()));
        net.head().forward(head, logits);
        net.head().backward(head, targets);
        Map<MemoryUse, Long> uses = new EnumMap<>(net.uses());
        long parameters = (long) Float.BYTES * table.size();
        uses.put(MemoryUse.OPTIMIZER, 2 * parameters);
        int more = (training.accumulation() > 1 ? 1 : 0) + (devices > 1 ? 1 : 0);
        uses.merge(MemoryUse.GRADIENTS, more * parameters, Long::sum);
        return new MemoryPlan(1, uses);
    }

    private MemoryPlan times(int samples) {
        Map<MemoryUse, Long> more = new EnumMap<>(uses);
        more.replaceAll((use, bytes) -> use.ofSamples() ? samples * bytes : bytes);
        return new MemoryPlan(samples, more);
    }

    public long bytes() {
        return uses.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Refuses what does not fit, before anything is allocated.
     *
     * @param memory bytes of the device that has the least
     * @throws UserException that says what would fit
     */
    static void check(ModelConfig config, Training training, int devices, long memory) {
        MemoryPlan one = ofOneSample(config, training, devices);
        MemoryPlan plan = one.times(training.batch() / training.accumulation() / devices);
        if (plan.bytes() <= memory) {
            return;
        }
        String needs = String.format(
                "This model with a batch of %d%s needs %.1f GB%s, and the device has %.1f GB. ",
                training.batch(),
                training.accumulation() == 1 ? "" : " in " + training.accumulation() + " micro-batches",
                plan.bytes() / 1e9,
                devices == 1 ? "" : " on each device",
                memory / 1e9);
        long fixed = one.times(0).bytes();
        long perSample = one.bytes() - fixed;
        int fewest = training.mixing() ? 2 : 1;
        long most = (memory - fixed) / perSample / fewest * fewest;
        if (most < fewest) {
            String sample = training.mixing() ? "one pair of samples to mix" : "one sample";
            throw new UserException(needs + "Not even " + sample + " at a time would fit: use a smaller model.");
        }
        String fit = "A batch of " + Math.min(most, plan.batch()) * devices + " would fit";
        for (int parts = training.accumulation() + 1; parts <= training.batch() / devices; parts++) {
            boolean cuts = training.batch() % (parts * devices * fewest) == 0;
            // With micro-batches there is one array of gradients more.
            long room = memory
                    - fixed
                    - (training.accumulation() == 1 ? 4L * config.parameters().size() : 0);
            if (cuts && training.batch() / parts / devices * perSample <= room) {
                fit += ", or this one in micro-batches: --accumulation " + parts;
                break;
            }
        }
        Training again = training.withRecompute(true);
        int atATime = training.batch() / training.accumulation() / devices;
        if (!training.recompute()
                && ofOneSample(config, again, devices).times(atATime).bytes() <= memory) {
            fit += ", or this one with its blocks computed again for backward: --recompute";
        }
        throw new UserException(needs + fit + ".");
    }

    /** A line for each use, and the sum. */
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        uses.forEach((use, bytes) -> table.append(String.format("%,15d  %s%n", bytes, use)));
        return table.append(String.format("%,15d  bytes in all, with %d samples at a time", bytes(), batch))
                .toString();
    }
}
