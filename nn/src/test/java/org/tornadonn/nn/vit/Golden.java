package org.tornadonn.nn.vit;

import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.model.Model;

/** The fill rule and figures of golden micro-networks, from timm 1.0.15's modules under PyTorch in float64. */
final class Golden {
    static final int[] LABELS = {1, 2};

    private Golden() {}

    static VitConfig config(Norm norm) {
        return new VitConfig(8, 3, 4, 8, 2, 2, 32, 3, norm, 0.5f);
    }

    /** A number in [-0.5, 0.5) that depends on k and t only. */
    static double u(int k, int t) {
        int h = (int) (k * 2654435761L + t * 40503L + 1);
        h ^= h >>> 15;
        h = (int) (h * 2246822519L);
        h ^= h >>> 13;
        return Integer.toUnsignedLong(h) / 4294967296.0 - 0.5;
    }

    static float[] input() {
        float[] pixels = new float[2 * 3 * 8 * 8];
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] = (float) (4 * u(k, 1000));
        }
        return pixels;
    }

    static void fill(Model model) {
        int t = 0;
        for (ParameterTable.Entry entry : model.table().entries()) {
            double base = entry.name().endsWith("alpha") ? 0.5 : entry.name().endsWith("weight") ? 1 : 0;
            for (int k = 0; k < entry.size(); k++) {
                double value = entry.shape().size() > 1 ? u(k, t) : 0.2 * u(k, t) + base;
                model.parameters().set(entry.offset() + k, (float) value);
            }
            t++;
        }
    }

    static double[] logits(Norm norm) {
        return norm == Norm.LAYER_NORM
                ? new double[] {-0.8572384598, -0.1408711223, -0.8838593855, -0.5494073611, -0.5686747564, -0.1918724390
                }
                : new double[] {0.5771674422, 0.4361115675, 0.2878791695, 0.1383063748, 0.2371958000, -0.3222197012};
    }

    /** Losses before steps 1 to 6 of AdamW with learning rate 0.01 and weight decay 0.05. */
    static double[] losses(Norm norm) {
        return norm == Norm.LAYER_NORM
                ? new double[] {0.7722399610, 0.5254494151, 0.4062628820, 0.3457713146, 0.3056394332, 0.2731110915}
                : new double[] {1.2848972638, 1.0207853427, 0.8235044952, 0.6797698791, 0.5793927540, 0.5068069818};
    }

    /** L2 norm of each parameter's gradient, in the table's order. */
    static double[] gradientNorms(Norm norm) {
        return norm == Norm.LAYER_NORM
                ? new double[] {
                    1.668524e-01, 1.814711e-01, 8.194855e-01, 1.251456e-01, 8.825119e-02, 9.547780e-02,
                    2.531382e-01, 1.085436e-01, 2.142941e-01, 1.537017e-01, 3.309421e-02, 3.607555e-02,
                    2.296181e-01, 9.674803e-02, 2.162892e-01, 1.157933e-01, 3.297671e-02, 9.239721e-02,
                    1.466603e-01, 1.033554e-01, 1.477877e-01, 1.125329e-01, 4.193573e-02, 6.577699e-02,
                    2.020099e-01, 9.838170e-02, 2.183293e-01, 1.063551e-01, 1.515579e-01, 1.311723e-01,
                    1.095335e+00, 3.352791e-01
                }
                : new double[] {
                    1.948995e-02, 7.082064e-02, 5.789324e-01, 1.282395e-01, 1.282214e-04, 2.430864e-02,
                    1.414036e-01, 6.021335e-02, 1.104519e-01, 1.021504e-01, 1.351393e-01, 1.771435e-01,
                    6.653797e-02, 1.114368e-01, 1.436044e-01, 1.378491e-01, 1.430457e-01, 1.377114e-01,
                    1.803292e-02, 2.633599e-02, 8.674231e-02, 9.584402e-02, 1.956737e-01, 7.980003e-02,
                    1.508505e-01, 8.471224e-02, 7.583376e-02, 1.020479e-01, 1.299985e-01, 1.376840e-01,
                    1.409066e-01, 1.591152e-01, 2.080613e-01, 1.998560e-01, 3.724206e-01, 8.754890e-01,
                    4.643678e-01
                };
    }

    /** Signed gradients of alpha, in the table's order. */
    static double[] alphaGradients() {
        return new double[] {-1.28221409e-04, -1.77143541e-01, -1.80329189e-02, -8.47122420e-02, 2.08061346e-01};
    }
}
