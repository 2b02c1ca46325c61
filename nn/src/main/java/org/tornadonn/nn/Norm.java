package org.tornadonn.nn;

/** What stands where a transformer has a normalisation layer. */
public enum Norm {
    /** Layer normalisation, eps 1e-6. */
    LAYER_NORM("LayerNorm"),
    /** Root mean square normalisation, eps 1e-6: a weight, no bias. */
    RMS_NORM("RMSNorm"),
    /** Dynamic Tanh. */
    DYT("DyT");

    private final String label;

    Norm(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
