package org.tornadonn.nn.layer;

/** What a device array of a model is for. */
public enum MemoryUse {
    PARAMETERS("parameters, and their average where one is kept"),
    GRADIENTS("gradients"),
    OPTIMIZER("AdamW's moments"),
    SCALED_WEIGHTS("weights with layer scale, which identical blocks share"),
    SAVED("what forward keeps for backward"),
    WORKING("the batch, and working arrays, which identical blocks share");

    private final String label;

    MemoryUse(String label) {
        this.label = label;
    }

    /** Whether it grows with the samples that are computed at a time. */
    public boolean ofSamples() {
        return this == SAVED || this == WORKING;
    }

    @Override
    public String toString() {
        return label;
    }
}
