package org.tornadonn.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tornadonn.benchmarks.measure.TrainingSetting;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.nn.vit.VitConfig;

/**
 * A piece of work for all contenders, with the same numbers for each.
 *
 * @param op matmul, layernorm, dyt, gelu or train
 * @param pass forward, forward+backward, or for train the norm
 * @param setting what is trained; null for the others
 * @param size rows x channels, for matmul rows x in x out; none for train
 */
public record Duel(String op, String pass, TrainingSetting setting, int... size) {
    public static final String FORWARD = "forward";
    public static final String BOTH = "forward+backward";
    public static final float ALPHA = 0.7f;
    public static final float EPS = 1e-6f;

    /** What is run beside the peers. */
    public static List<Duel> all(Op.Effort effort) {
        boolean tiny = effort == Op.Effort.TINY;
        int rows = tiny ? 6 : 8192;
        int c = tiny ? 32 : 768;
        int n = tiny ? 16 : 1024;
        List<Duel> all = new ArrayList<>(List.of(
                new Duel("matmul", FORWARD, null, n / 2, n / 2, n / 2),
                new Duel("matmul", FORWARD, null, n, n, n),
                new Duel("matmul", FORWARD, null, tiny ? 10 : 4160, tiny ? 16 : 192, tiny ? 48 : 768),
                new Duel("layernorm", FORWARD, null, rows, c),
                new Duel("dyt", FORWARD, null, rows, c),
                new Duel("layernorm", BOTH, null, rows, c),
                new Duel("dyt", BOTH, null, rows, c),
                new Duel("gelu", FORWARD, null, rows, c)));
        // The peers have no ConvNeXt.
        TrainingSetting.all(effort).stream()
                .filter(s -> s.config() instanceof VitConfig)
                .forEach(s -> all.add(new Duel("train", s.config().norm().toString(), s)));
        return all;
    }

    public boolean training() {
        return op.equals("train");
    }

    public String shape() {
        return training() ? setting.shape() : Op.shape(size);
    }

    /** Rows of the first input. */
    public int rows() {
        return size[0];
    }

    /** Channels of the first input. */
    public int channels() {
        return size[1];
    }

    /** Columns of a product. */
    public int out() {
        return size[2];
    }

    /** The first input, [rows, channels]. */
    public float[] x() {
        return normal(1, rows() * channels());
    }

    /** Weights of the product, [out, channels]. */
    public float[] w() {
        return normal(2, out() * channels());
    }

    /** [channels]. */
    public float[] gamma() {
        return normal(3, channels());
    }

    /** [channels]. */
    public float[] beta() {
        return normal(4, channels());
    }

    /** The gradient that comes from above, [rows, channels]. */
    public float[] upstream() {
        return normal(5, rows() * channels());
    }

    private static float[] normal(long seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    public long bytes() {
        if (training()) {
            return setting.bytes();
        }
        long elements = (long) rows() * channels();
        if (op.equals("matmul")) {
            return 4 * (elements + (long) channels() * out() + (long) rows() * out());
        }
        return 4 * elements * (pass.equals(BOTH) ? 5 : 2);
    }

    public long operations() {
        if (training()) {
            return setting.operations();
        }
        long elements = (long) rows() * channels();
        return switch (op) {
            case "matmul" -> 2 * elements * out();
            case "layernorm" -> elements * (pass.equals(BOTH) ? 20 : 7);
            case "dyt" -> elements * (pass.equals(BOTH) ? 16 : 4);
            default -> elements * 5;
        };
    }
}
