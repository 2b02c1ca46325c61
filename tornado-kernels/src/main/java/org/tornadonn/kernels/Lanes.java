package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Sixteen lanes to one number, by halves. v is only used in whole lanes, so it stays in a register. */
final class Lanes {
    private Lanes() {}

    /** The largest of the n > 0 values from {@code first}. Four sets of lanes, for Math.max, which asks for NaN, takes long to follow itself. */
    static float rowMaximum(@Stored FloatArray x, int first, int n) {
        int whole = n / 16 * 16;
        int quads = n / 64 * 64;
        float[] most = new float[16];
        float[] second = new float[16];
        float[] third = new float[16];
        float[] fourth = new float[16];
        for (int l = 0; l < 16; l++) {
            most[l] = x.get(first);
            second[l] = x.get(first);
            third[l] = x.get(first);
            fourth[l] = x.get(first);
        }
        for (int j = 0; j < quads; j += 64) {
            for (int l = 0; l < 16; l++) {
                most[l] = Math.max(most[l], x.get(first + j + l));
                second[l] = Math.max(second[l], x.get(first + j + 16 + l));
                third[l] = Math.max(third[l], x.get(first + j + 32 + l));
                fourth[l] = Math.max(fourth[l], x.get(first + j + 48 + l));
            }
        }
        for (int j = quads; j < whole; j += 16) {
            for (int l = 0; l < 16; l++) {
                most[l] = Math.max(most[l], x.get(first + j + l));
            }
        }
        for (int l = 0; l < 16; l++) {
            most[l] = Math.max(Math.max(most[l], second[l]), Math.max(third[l], fourth[l]));
        }
        float maximum = maximum(most);
        for (int j = whole; j < n; j++) {
            maximum = Math.max(maximum, x.get(first + j));
        }
        return maximum;
    }

    static float sum(float[] v) {
        float[] all = new float[16];
        for (int l = 0; l < 16; l++) {
            all[l] = v[l];
        }
        float[] half = new float[8];
        for (int l = 0; l < 8; l++) {
            half[l] = all[l] + all[8 + l];
        }
        float[] quarter = new float[4];
        for (int l = 0; l < 4; l++) {
            quarter[l] = half[l] + half[4 + l];
        }
        return quarter[0] + quarter[1] + (quarter[2] + quarter[3]);
    }

    static float maximum(float[] v) {
        float[] all = new float[16];
        for (int l = 0; l < 16; l++) {
            all[l] = v[l];
        }
        float[] half = new float[8];
        for (int l = 0; l < 8; l++) {
            half[l] = Math.max(all[l], all[8 + l]);
        }
        float[] quarter = new float[4];
        for (int l = 0; l < 4; l++) {
            quarter[l] = Math.max(half[l], half[4 + l]);
        }
        return Math.max(Math.max(quarter[0], quarter[1]), Math.max(quarter[2], quarter[3]));
    }
}
