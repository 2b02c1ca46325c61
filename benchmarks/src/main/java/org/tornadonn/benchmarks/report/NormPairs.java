package org.tornadonn.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.Measurement;

/** DyT and LayerNorm on the same work. */
public record NormPairs(Measurement layerNorm, Measurement dyt) {
    private static final Map<String, String> TRAINING = Map.of("LayerNorm", "DyT");

    /** Every pair of a device, in the order of measurement. */
    public static List<NormPairs> of(EngineRun run, int device) {
        List<Measurement> measured =
                run.alone(device).stream().filter(m -> !m.failed()).toList();
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

    /** A device's pairs as lines for the console. */
    public static String text(EngineRun run, int device) {
        StringBuilder text = new StringBuilder();
        for (NormPairs pair : of(run, device)) {
            text.append(String.format(
                    "  %-66s %9s %9s   %s times as fast%n",
                    pair.name(),
                    Figures.time(pair.layerNorm().time().median()),
                    Figures.time(pair.dyt().time().median()),
                    Figures.digits(pair.speedup())));
        }
        return text.isEmpty() ? "" : "\nDyT against LayerNorm on device " + device + ":\n" + text;
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
