package org.tornadonn.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What cuBLAS is asked for; it is not run here. */
class CuBlasPeerTest {
    /** cublasSgemm as NVIDIA's documentation defines it: C = alpha op(A) op(B) + beta C, stored by columns. */
    private static void sgemm(Object... a) {
        int m = (int) a[2];
        int n = (int) a[3];
        int k = (int) a[4];
        float[] left = (float[]) a[6];
        float[] right = (float[]) a[8];
        float[] c = (float[]) a[11];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    int inA = (int) a[0] == 0 ? i + p * (int) a[7] : p + i * (int) a[7];
                    int inB = (int) a[1] == 0 ? p + j * (int) a[9] : j + p * (int) a[9];
                    sum += (double) left[inA] * right[inB];
                }
                int at = i + j * (int) a[12];
                c[at] = (float) ((float) a[5] * sum + (float) a[10] * c[at]);
            }
        }
    }

    @Test
    void theArgumentsAreThoseOfALinearLayer() {
        Duel duel = new Duel("matmul", Duel.FORWARD, null, 3, 5, 4);
        float[] x = duel.x();
        float[] w = duel.w();
        float[] expected = new float[3 * 4];
        for (int r = 0; r < 3; r++) {
            for (int o = 0; o < 4; o++) {
                double sum = 0;
                for (int i = 0; i < 5; i++) {
                    sum += (double) x[r * 5 + i] * w[o * 5 + i];
                }
                expected[r * 4 + o] = (float) sum;
            }
        }
        float[] y = new float[3 * 4];
        sgemm(CuBlasPeer.sgemm(3, 5, 4, x, w, y));
        assertArrayEquals(expected, y, 1e-5f);
    }

    @Test
    @Tag("embedded")
    void theEmbeddedEngineHasNone() {
        assertFalse(CuBlasPeer.present());
    }
}
