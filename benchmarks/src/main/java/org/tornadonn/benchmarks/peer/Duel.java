package org.tornadonn.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.tornadonn.benchmarks.measure.TrainingSetting;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * A piece of work for all contenders, with the same numbers for each.
 *
 * @param op one of {@link OpList}, or train
 * @param pass forward, forward+backward; for matmul also input and weight, for train the norm
 * @param setting what is trained; null for the others
 * @param size as the op has it; none for train
 */
public record Duel(String op, String pass, TrainingSetting setting, int... size) {
    public static final String FORWARD = "forward";
    public static final String BOTH = "forward+backward";
    public static final String INPUT = "input";
    public static final String WEIGHT = "weight";
    public static final float ALPHA = 0.7f;
    public static final float EPS = 1e-6f;
    /** A prime, so that rows differ; drawing all values of a large tensor would take longer than measuring. */
    private static final int DRAWN = 65521;

    /** Side of a depthwise kernel. */
    public static final int K = 7;

    /** What is run beside the peers. */
    public static List<Duel> all(Op.Effort effort, TornadoDevice device) {
        boolean tiny = effort == Op.Effort.TINY;
        List<Duel> all = new ArrayList<>(ops(tiny));
        if (effort.large(device)) {
            all.addAll(large());
        }
        TrainingSetting.all(effort).stream()
                .filter(s -> !s.recompute())
                .forEach(s -> all.add(new Duel("train", s.config().norm().toString(), s)));
        return all;
    }

    private static List<Duel> ops(boolean tiny) {
        int n = tiny ? 16 : 1024;
        List<int[]> products = List.of(
                new int[] {n / 2, n / 2, n / 2},
                new int[] {n, n, n},
                tiny ? new int[] {10, 16, 48} : new int[] {4160, 192, 768});
        return tiny
                ? ops(products, new int[] {6, 32}, new int[] {2, 5, 2, 16}, new int[] {2, 5, 3})
                : ops(products, new int[] {8192, 768}, new int[] {8, 197, 12, 64}, new int[] {64, 16, 96});
    }

    private static List<Duel> large() {
        return ops(
                List.<int[]>of(new int[] {4096, 4096, 4096}),
                new int[] {65536, 1024},
                new int[] {64, 197, 12, 64},
                new int[] {256, 32, 96});
    }

    private static List<Duel> ops(List<int[]> products, int[] rows, int[] attention, int[] depthwise) {
        List<Duel> all = new ArrayList<>();
        for (String pass : List.of(FORWARD, INPUT, WEIGHT)) {
            products.forEach(size -> all.add(new Duel("matmul", pass, null, size)));
        }
        for (String pass : List.of(FORWARD, BOTH)) {
            for (String op : List.of("layernorm", "rmsnorm", "dyt", "softmax", "gelu")) {
                all.add(new Duel(op, pass, null, rows));
            }
            all.add(new Duel("attention", pass, null, attention));
            all.add(new Duel("depthwise", pass, null, depthwise));
        }
        return all;
    }

    public boolean training() {
        return op.equals("train");
    }

    public String shape() {
        return training() ? setting.shape() : Op.shape(size);
    }

    public boolean both() {
        return pass.equals(BOTH);
    }

    /** Rows of the first input of a row-wise op or a product. */
    public int rows() {
        return size[0];
    }

    /** Its columns. */
    public int channels() {
        return size[1];
    }

    /** Columns of a product. */
    public int out() {
        return size[2];
    }

    private int elements() {
        return switch (op) {
            case "attention" -> size[0] * size[1] * size[2] * size[3];
            case "depthwise" -> size[0] * size[1] * size[1] * size[2];
            default -> rows() * channels();
        };
    }

    /** The first input: [rows, channels], images [batch, side, side, channels], or packed q, k, v [batch, tokens, 3, heads, d]. */
    public float[] x() {
        return normal(1, op.equals("attention") ? 3 * elements() : elements());
    }

    /** Weights of the product, [out, channels], or of the convolution, [channels, 1, 7, 7]. */
    public float[] w() {
        return normal(2, op.equals("depthwise") ? size[2] * K * K : out() * channels());
    }

    /** [channels]. */
    public float[] gamma() {
        return normal(3, channels());
    }

    /** [channels]. */
    public float[] beta() {
        return normal(4, op.equals("depthwise") ? size[2] : channels());
    }

    /** The gradient that comes from above, of forward's shape. */
    public float[] upstream() {
        return normal(5, op.equals("matmul") ? rows() * out() : elements());
    }

    private static float[] normal(long seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i < DRAWN ? (float) random.nextGaussian() : values[i - DRAWN];
        }
        return values;
    }

    public long bytes() {
        return training() ? setting.bytes() : sum(Op.Pass::bytes);
    }

    public long operations() {
        return training() ? setting.operations() : sum(Op.Pass::operations);
    }

    /** Over the op's passes that this one is made of. */
    private long sum(Function<Op.Pass, ToLongFunction<int[]>> count) {
        List<Op.Pass> passes = OpList.of(op).passes();
        return Stream.of(FORWARD, "backward", INPUT, WEIGHT)
                .filter(wanted -> both() || wanted.equals(pass))
                .flatMap(wanted ->
                        passes.stream().filter(p -> p.name().startsWith(wanted)).limit(1))
                .mapToLong(p -> count.apply(p).applyAsLong(size))
                .sum();
    }
}
