package org.tornadonn.nn.data;

/** Softmax regression on pixels in plain Java: what can be had without seeing shapes. */
final class LinearModel {
    private LinearModel() {}

    /** Test accuracy after some passes of stochastic gradient descent with momentum-free steps. */
    static double accuracy(ImageSet train, ImageSet test, int passes, float rate) {
        int pixels = train.channels() * train.imageSize() * train.imageSize();
        int classes = train.classNames().size();
        float[][] w = new float[classes][pixels + 1];
        float[] x = new float[pixels];
        for (int pass = 0; pass < passes; pass++) {
            float step = rate / (1 + pass);
            for (int i = 0; i < train.size(); i++) {
                int label = train.image((int) (i * 7919L % train.size()), x, 0);
                float[] p = softmax(w, x);
                for (int k = 0; k < classes; k++) {
                    float g = step * ((k == label ? 1 : 0) - p[k]);
                    for (int j = 0; j < pixels; j++) {
                        w[k][j] += g * x[j];
                    }
                    w[k][pixels] += g;
                }
            }
        }
        int right = 0;
        for (int i = 0; i < test.size(); i++) {
            int label = test.image(i, x, 0);
            float[] p = softmax(w, x);
            int best = 0;
            for (int k = 1; k < classes; k++) {
                best = p[k] > p[best] ? k : best;
            }
            right += best == label ? 1 : 0;
        }
        return (double) right / test.size();
    }

    private static float[] softmax(float[][] w, float[] x) {
        float[] p = new float[w.length];
        float most = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < w.length; k++) {
            p[k] = w[k][x.length];
            for (int j = 0; j < x.length; j++) {
                p[k] += w[k][j] * x[j];
            }
            most = Math.max(most, p[k]);
        }
        float sum = 0;
        for (int k = 0; k < w.length; k++) {
            p[k] = (float) Math.exp(p[k] - most);
            sum += p[k];
        }
        for (int k = 0; k < w.length; k++) {
            p[k] /= sum;
        }
        return p;
    }
}
