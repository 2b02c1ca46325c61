package org.tornadonn.benchmarks.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.Slice;

/**
 * Compares outputs with values computed in double arithmetic, at the ends and at places drawn at random, since all of a large
 * tensor would take longer than the measurement. Errors of float sums grow with the square root of their number of terms.
 */
public final class Expectation {
    private static final double UNIT = 4e-6;
    private static final int PLACES = 24;

    /**
     * @param roundoff of the tensor's type
     * @param fixed a tolerance of its own, or NaN for one by terms and the tensor's largest value
     */
    private record Entry(int index, double expected, double actual, double roundoff, int terms, double fixed) {}

    private final Map<String, List<Entry>> entries = new LinkedHashMap<>();
    private final SplittableRandom random = new SplittableRandom(7);

    /** Says that a value of {@code tensor} should be {@code expected}, a sum of {@code terms} terms. */
    public void near(String what, Slice tensor, int index, double expected, int terms) {
        add(what, tensor, index, expected, terms, Double.NaN);
    }

    /** Says that a value of {@code tensor} should be {@code expected} ± {@code tolerance}. */
    public void within(String what, Slice tensor, int index, double expected, double tolerance) {
        add(what, tensor, index, expected, 0, tolerance);
    }

    private void add(String what, Slice tensor, int index, double expected, int terms, double fixed) {
        float actual = DType.get(tensor.data(), tensor.offset() + index);
        double roundoff = DType.of(tensor.data()).roundoff();
        entries.computeIfAbsent(what, _ -> new ArrayList<>())
                .add(new Entry(index, expected, actual, roundoff, terms, fixed));
    }

    /** {@link #near} at some places of a tensor of {@code size} values. */
    public void sampled(String what, Slice tensor, int size, int terms, IntToDoubleFunction expected) {
        for (int index : some(size)) {
            near(what, tensor, index, expected.applyAsDouble(index), terms);
        }
    }

    /** The first and last number below {@code size}, and some between. */
    public int[] some(int size) {
        if (size <= PLACES) {
            return IntStream.range(0, size).toArray();
        }
        int[] places = random.ints(PLACES, 0, size).toArray();
        places[0] = 0;
        places[1] = size - 1;
        return places;
    }

    /** What is wrong, or null: the first value outside its tolerance, or that nothing was compared. */
    public String fault() {
        if (entries.isEmpty()) {
            return "nothing was compared";
        }
        for (Map.Entry<String, List<Entry>> tensor : entries.entrySet()) {
            double largest = 1e-30;
            for (Entry e : tensor.getValue()) {
                largest = Math.max(largest, Math.abs(e.expected()));
            }
            for (Entry e : tensor.getValue()) {
                double tolerance = e.roundoff() * Math.abs(e.expected())
                        + (Double.isNaN(e.fixed()) ? UNIT * largest * Math.sqrt(e.terms() + 1.0) : e.fixed());
                if (!(Math.abs(e.expected() - e.actual()) <= tolerance)) {
                    return String.format(
                            "%s[%d] is %g instead of %g ± %.1g",
                            tensor.getKey(), e.index(), e.actual(), e.expected(), tolerance);
                }
            }
        }
        return null;
    }
}
