package org.tornadonn.kernels;

/**
 * What follows a matrix product point by point while its sums v are at hand, in this order; what is null is left out. {@link #NONE} is a
 * product alone.
 *
 * <ol>
 *   <li>v += bias of its column
 *   <li>gelu = GELU(v), an output beside v
 *   <li>v *= GELU's gradient at hidden
 *   <li>v *= factor of its row's block, as drop path's factor of a sample; before scale, so that with the factor 1 the bits are those
 *       without, however the last product and sum are rounded
 *   <li>v *= scale of its column, as layer scale's gamma
 *   <li>v += residual
 * </ol>
 *
 * @param bias [n] of a product [m, n]
 * @param form of GELU and of its gradient
 * @param gelu [m, n]
 * @param hidden [m, n]
 * @param scale [n]
 * @param factors one for each {@code rowsPerFactor} rows
 * @param residual [m, n], not beside hidden; may stand in the same array as the result
 */
public record Epilogue(
        Slice bias,
        GeluKernel.Form form,
        Slice gelu,
        Slice hidden,
        Slice scale,
        Slice factors,
        int rowsPerFactor,
        Slice residual) {
    public static final Epilogue NONE = new Epilogue(null, GeluKernel.Form.EXACT, null, null, null, null, 1, null);

    /** What a kernel is told: which of them there are. */
    static final int BIAS = 1;

    static final int GELU = 2;
    static final int GELU_GRADIENT = 4;
    static final int SCALE = 8;
    static final int FACTORS = 16;
    static final int RESIDUAL = 32;

    public Epilogue {
        // Not for want of a meaning, but of a kernel's arguments.
        if (hidden != null && residual != null) {
            throw new IllegalArgumentException("an epilogue has GELU's gradient or a residual, not both");
        }
    }

    public Epilogue withBias(Slice bias) {
        return new Epilogue(bias, form, gelu, hidden, scale, factors, rowsPerFactor, residual);
    }

    public Epilogue withGelu(GeluKernel.Form form, Slice gelu) {
        return new Epilogue(bias, form, gelu, hidden, scale, factors, rowsPerFactor, residual);
    }

    public Epilogue withGeluGradient(GeluKernel.Form form, Slice hidden) {
        return new Epilogue(bias, form, gelu, hidden, scale, factors, rowsPerFactor, residual);
    }

    public Epilogue withScale(Slice scale) {
        return new Epilogue(bias, form, gelu, hidden, scale, factors, rowsPerFactor, residual);
    }

    public Epilogue withFactors(Slice factors, int rowsPerFactor) {
        return new Epilogue(bias, form, gelu, hidden, scale, factors, rowsPerFactor, residual);
    }

    public Epilogue withResidual(Slice residual) {
        return new Epilogue(bias, form, gelu, hidden, scale, factors, rowsPerFactor, residual);
    }

    int flags() {
        return flag(BIAS, bias)
                + flag(GELU, gelu)
                + flag(GELU_GRADIENT, hidden)
                + flag(SCALE, scale)
                + flag(FACTORS, factors)
                + flag(RESIDUAL, residual);
    }

    private static int flag(int bit, Slice tensor) {
        return tensor == null ? 0 : bit;
    }

    /** What a kernel reads at the places of its results: hidden, residual or null. */
    Slice other() {
        return hidden == null ? residual : hidden;
    }
}
