package org.tornadonn.kernels;

/** Rational approximations without branches, for lanes: the libraries' tanh is a third as fast on CPU devices, and erf is missing in Java. */
final class Approximation {
    private Approximation() {}

    /**
     * tanh(x), absolute error below 5e-7: x P(x²) / Q(x²) on |x| ≤ 7.9 (coefficients as published in the Eigen library).
     */
    static float tanh(float x) {
        float c = Math.max(-7.90531110763549805f, Math.min(7.90531110763549805f, x));
        float s = c * c;
        float p = -2.76076847742355e-16f;
        p = p * s + 2.00018790482477e-13f;
        p = p * s + -8.60467152213735e-11f;
        p = p * s + 5.12229709037114e-08f;
        p = p * s + 1.48572235717979e-05f;
        p = p * s + 6.37261928875436e-04f;
        p = p * s + 4.89352455891786e-03f;
        float q = 1.19825839466702e-06f;
        q = q * s + 1.18534705686654e-04f;
        q = q * s + 2.26843463243900e-03f;
        q = q * s + 4.89352518554385e-03f;
        return c * p / q;
    }

    /** erf(x), absolute error below 5e-7: x P(x²) / Q(x²) on |x| ≤ 4 (coefficients as published in the XLA compiler). */
    static float erf(float x) {
        float c = Math.max(-4f, Math.min(4f, x));
        float s = c * c;
        float p = -2.72614225801306e-10f;
        p = p * s + 2.77068142495902e-08f;
        p = p * s + -2.10102402082508e-06f;
        p = p * s + -5.69250639462346e-05f;
        p = p * s + -7.34990630326855e-04f;
        p = p * s + -2.95459980854025e-03f;
        p = p * s + -1.60960333262415e-02f;
        float q = -1.45660718464996e-05f;
        q = q * s + -2.13374055278905e-04f;
        q = q * s + -1.68282697438203e-03f;
        q = q * s + -7.37332916720468e-03f;
        q = q * s + -1.42647390514189e-02f;
        return c * p / q;
    }

    /**
     * d/dx x Φ(x) = Φ(x) + x φ(x), absolute error below 6e-7: 1/2 + x P(x²) / Q(x²) on |x| ≤ 5.5 (our minimax fit in double; half the
     * work of an erf and an exp).
     */
    static float geluSlope(float x) {
        float c = Math.max(-5.5f, Math.min(5.5f, x));
        float s = c * c;
        float p = 1.90872228e-07f;
        p = p * s + 3.58032012e-05f;
        p = p * s + 2.05930937e-05f;
        p = p * s + 1.42190391e-02f;
        p = p * s + -3.09439208e-02f;
        p = p * s + 7.97885299e-01f;
        float q = 8.88712111e-06f;
        q = q * s + 1.92060324e-04f;
        q = q * s + 3.52181983e-03f;
        q = q * s + 4.09885161e-02f;
        q = q * s + 2.94558734e-01f;
        q = q * s + 1f;
        return 0.5f + c * p / q;
    }
}
