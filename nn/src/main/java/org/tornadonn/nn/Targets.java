package org.tornadonn.nn;

/** What a classifier is trained towards: a row per sample that sums to 1, or a row of zeros for padding. */
public final class Targets {
    private Targets() {}

    /** [labels, classes] with a 1 where the label is; a label below 0 is padding. */
    public static float[] oneHot(int[] labels, int classes) {
        return mixed(labels, 1f, classes);
    }

    /**
     * Of samples mixed with their {@linkplain Mix#partner partners}: λ of the own label, 1 - λ of the partner's.
     *
     * @param labels of an even number where λ is below 1
     * @return [labels, classes]
     */
    public static float[] mixed(int[] labels, float lambda, int classes) {
        float[] targets = new float[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            int own = labels[i];
            if (own >= classes) {
                throw new IllegalArgumentException("label " + own + " of " + classes + " classes");
            }
            if (own >= 0) {
                targets[i * classes + own] = lambda;
            }
            if (lambda < 1f && labels[Mix.partner(i)] >= 0) {
                targets[i * classes + labels[Mix.partner(i)]] += 1f - lambda;
            }
        }
        return targets;
    }
}
