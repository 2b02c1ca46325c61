package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Sixteen lanes to one number, by halves. v is only used in whole lanes, so it stays in a register. */
final class Lanes {
    private Lanes() {}

    /**
     * The largest of the n > 0 values from {@code first}. NaN is passed over or stays: Math.max, which looks for it, takes four
     * instructions instead of one. Four sets of lanes, for a maximum waits for the one before.
     */
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
                most[l] = larger(x.get(first + j + l), most[l]);
                second[l] = larger(x.get(first + j + 16 + l), second[l]);
                third[l] = larger(x.get(first + j + 32 + l), third[l]);
                fourth[l] = larger(x.get(first + j + 48 + l), fourth[l]);
            }
        }
        for (int j = quads; j < whole; j += 16) {
            for (int l = 0; l < 16; l++) {
                most[l] = larger(x.get(first + j + l), most[l]);
            }
        }
        for (int l = 0; l < 16; l++) {
            most[l] = larger(larger(most[l], second[l]), larger(third[l], fourth[l]));
        }
        float maximum = maximum(most);
        for (int j = whole; j < n; j++) {
            maximum = larger(x.get(first + j), maximum);
        }
        return maximum;
    }

    static float larger(float a, float b) {
        return a > b ? a : b;
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
            half[l] = larger(all[l], all[8 + l]);
        }
        float[] quarter = new float[4];
        for (int l = 0; l < 4; l++) {
            quarter[l] = larger(half[l], half[4 + l]);
        }
        return larger(larger(quarter[0], quarter[1]), larger(quarter[2], quarter[3]));
    }
}
