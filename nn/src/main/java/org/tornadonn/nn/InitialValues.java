package org.tornadonn.nn;

import java.util.SplittableRandom;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** How parameters begin. */
public final class InitialValues {
    /** The first value of an element of a tensor. */
    public interface Rule {
        double value(ParameterTable.Entry entry, SplittableRandom random);
    }

    private InitialValues() {}

    public static void fill(FloatArray params, ParameterTable table, long seed, Rule rule) {
        SplittableRandom random = new SplittableRandom(seed);
        for (ParameterTable.Entry entry : table.entries()) {
            for (int i = 0; i < entry.size(); i++) {
                params.set(entry.offset() + i, (float) rule.value(entry, random));
            }
        }
    }

    /**
     * timm's rule for most tensors: two or more axes normal with standard deviation 0.02 (cut at ±2), weights of norms 1, DyT's alpha
     * {@code alpha0}, biases 0.
     */
    public static double usual(ParameterTable.Entry entry, float alpha0, SplittableRandom random) {
        if (entry.shape().size() > 1) {
            return Math.clamp(0.02 * random.nextGaussian(), -2, 2);
        }
        if (entry.isAlpha()) {
            return alpha0;
        }
        return entry.name().endsWith(".weight") ? 1 : 0;
    }
}
