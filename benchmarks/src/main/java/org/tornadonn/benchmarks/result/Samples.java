package org.tornadonn.benchmarks.result;

import java.util.List;

/** Robust figures of repeated measurements. */
public record Samples(List<Double> values) {
    public Samples {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no samples");
        }
        values = values.stream().sorted().toList();
    }

    public double median() {
        return quantile(0.5);
    }

    /** The shortest: what the machine can do when nothing disturbs it. */
    public double best() {
        return values.getFirst();
    }

    public double lowerQuartile() {
        return quantile(0.25);
    }

    public double upperQuartile() {
        return quantile(0.75);
    }

    /** Half the distance of the quartiles over the median: a measure of noise that a few outliers do not move. */
    public double spread() {
        return (upperQuartile() - lowerQuartile()) / 2 / median();
    }

    /** By linear interpolation between neighbours. */
    public double quantile(double q) {
        double at = q * (values.size() - 1);
        int below = (int) at;
        int above = Math.min(values.size() - 1, below + 1);
        return values.get(below) + (at - below) * (values.get(above) - values.get(below));
    }
}
