package org.tornadonn.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Results;

/** DyT and LayerNorm on the same work. */
public record NormPairs(Measurement layerNorm, Measurement dyt) {
    private static final Map<String, String> TRAINING = Map.of("LayerNorm", "DyT");

    /** Every pair of a device, in the order of measurement. */
    public static List<NormPairs> of(Results results, int device) {
        List<Measurement> measured = results.measured().stream()
                .filter(m -> m.device() == device && !m.pass().endsWith(Measurement.BESIDE))
                .toList();
        List<NormPairs> pairs = new ArrayList<>();
        for (Measurement m : measured) {
            boolean norm = m.op().equals("layernorm");
            boolean training = m.op().equals("train") && TRAINING.containsKey(m.pass());
            if (norm || training) {
                String op = norm ? "dyt" : m.op();
                String pass = norm ? m.pass() : TRAINING.get(m.pass());
                measured.stream()
                        .filter(d -> d.contender().equals(m.contender())
                                && d.op().equals(op)
                                && d.pass().equals(pass)
                                && d.shape().equals(m.shape()))
                        .findFirst()
                        .ifPresent(d -> pairs.add(new NormPairs(m, d)));
            }
        }
        return pairs;
    }

    /** LayerNorm's time over DyT's. */
    public double speedup() {
        return layerNorm.time().median() / dyt.time().median();
    }

    public String name() {
        return layerNorm.op().equals("train")
                ? "training step, " + layerNorm.shape()
                : layerNorm.pass() + " " + layerNorm.shape();
    }
}
