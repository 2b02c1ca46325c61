package org.tornadonn.nn;

import org.tornadonn.kernels.PointwiseKernel.Function;

/** What stands where a transformer has a normalisation layer. */
public enum Norm {
    /** Layer normalisation, eps 1e-6. */
    LAYER_NORM("LayerNorm"),
    /** Root mean square normalisation, eps 1e-6: a weight, no bias. */
    RMS_NORM("RMSNorm"),
    /** Dynamic Tanh: gamma tanh(alpha x) + beta. */
    DYT("DyT", Function.TANH, true, false),
    /** Dynamic erf (arXiv 2512.10938): gamma erf(alpha x + shift) + beta. */
    DERF("Derf", Function.ERF, true, true),
    // DyT's ablation: other functions, with alpha (arXiv 2503.10622) and without.
    DYHARDTANH("DyHardtanh", Function.HARDTANH, true, false),
    DYSIGMOID("DySigmoid", Function.SIGMOID, true, false),
    DYIDENTITY("DyIdentity", Function.IDENTITY, true, false),
    TANH("Tanh", Function.TANH, false, false),
    HARDTANH("Hardtanh", Function.HARDTANH, false, false),
    SIGMOID("Sigmoid", Function.SIGMOID, false, false),
    // Functions that Derf was chosen from.
    DYISRU("DyISRU", Function.ISRU, true, true),
    DYARCTAN("DyArctan", Function.ARCTAN, true, true);

    private final String label;
    private final Function function;
    private final boolean alpha;
    private final boolean shift;

    Norm(String label) {
        this(label, null, false, false);
    }

    Norm(String label, Function function, boolean alpha, boolean shift) {
        this.label = label;
        this.function = function;
        this.alpha = alpha;
        this.shift = shift;
    }

    /** Of a point-wise one; null where a row's statistics are used. */
    public Function function() {
        return function;
    }

    /** Whether it has a scalar alpha to learn. */
    public boolean hasAlpha() {
        return alpha;
    }

    /** Whether it has a scalar shift to learn, which begins at 0. */
    public boolean hasShift() {
        return shift;
    }

    @Override
    public String toString() {
        return label;
    }
}
