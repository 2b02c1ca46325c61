package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Dropout: the mask, its statistics, and that backward has the same. */
class DropoutTest {
    private static final long KEY = 0x9E3779B97F4A7C15L;

    static Stream<Arguments> sizes() {
        return Bench.cases(new int[][] {{1}, {15}, {16}, {37}, {8192}, {20_011}});
    }

    private static Slice key(Bench b, long key, int first) {
        Slice slice = b.input(DropoutKernel.KEY);
        DropoutKernel.setKey(slice, key, first);
        return slice;
    }

    /** To the bit: so the interpreter and every device leave out the same. */
    @ParameterizedTest(name = "{2} in {1} on {0}")
    @MethodSource("sizes")
    @Recorded(subject = "dropout", part = "forward, backward, the same mask on every device")
    void leavesOutWhatTheKeySays(TornadoDevice device, Shape shape, int n) {
        for (float rate : new float[] {0f, 0.1f, 0.5f}) {
            // Counters that pass the largest int.
            int first = rate == 0.1f ? Integer.MAX_VALUE - 20 : 1000;
            Bench b = new Bench(device, shape);
            Slice x = b.input(n);
            Slice dY = b.input(n);
            Slice key = key(b, KEY, first);
            Slice y = b.output(n);
            Slice dX = b.output(n);
            b.run(s -> {
                DropoutKernel.drop(s, "forward", y, x, key, n, rate);
                DropoutKernel.drop(s, "backward", dX, dY, key, n, rate);
            });
            float scale = 1f / (1f - rate);
            for (int i = 0; i < n; i++) {
                float factor = Reference.stays(KEY, first + i, rate) ? scale : 0f;
                assertEquals(factor * x.array().get(3 + i), y.array().get(5 + i), 0f, "y " + i);
                assertEquals(factor * dY.array().get(3 + i), dX.array().get(5 + i), 0f, "dX " + i);
            }
        }
    }

    /** On the device, of 2^15 elements: how many stay, and pairs of masks that nothing may connect. */
    @ParameterizedTest(name = "in {1} on {0}")
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "dropout", part = "mean, independence of elements, seeds and steps")
    void masksAreIndependent(TornadoDevice device, Shape shape) {
        int n = 1 << 15;
        // Keys that differ in one bit of either half, and counters that go on.
        long[] keys = {0, 1, 2, 1L << 32, 1L << 33, 1L << 63, KEY, KEY + 1};
        for (float rate : new float[] {0.1f, 0.5f}) {
            Bench b = new Bench(device, shape);
            Slice ones = b.input(n);
            ones.array().init(1f);
            Slice[] masks = new Slice[keys.length + 1];
            for (int k = 0; k < masks.length; k++) {
                masks[k] = b.output(n);
            }
            b.run(s -> {
                for (int k = 0; k < masks.length; k++) {
                    boolean more = k == keys.length;
                    Slice key = key(b, more ? keys[0] : keys[k], more ? n : 0);
                    DropoutKernel.drop(s, "mask" + k, masks[k], ones, key, n, rate);
                }
            });
            double[][] values = new double[masks.length][];
            for (int k = 0; k < masks.length; k++) {
                values[k] = Bench.values(masks[k]);
                for (int i = 0; i < n; i++) {
                    // Of mean 0 and variance 1.
                    double stays = values[k][i] > 0 ? 1 : 0;
                    values[k][i] = (stays - (1 - rate)) / Math.sqrt(rate * (1 - rate));
                }
                assertTrue(Math.abs(sum(values[k], null, 0)) < 4, "the mean of mask " + k);
                for (int lag : new int[] {1, 2, 3, 4, 8, 16, 17, 64, 192, 256, 1024, 4096}) {
                    double r = sum(values[k], values[k], lag);
                    assertTrue(Math.abs(r) < 4.5, "elements " + lag + " apart in mask " + k + ": " + r);
                }
                for (int other = 0; other < k; other++) {
                    double r = sum(values[k], values[other], 0);
                    assertTrue(Math.abs(r) < 4.5, "masks " + other + " and " + k + ": " + r);
                }
            }
        }
    }

    /** A sum of independent terms of variance 1, in standard deviations. */
    private static double sum(double[] a, double[] b, int lag) {
        double sum = 0;
        for (int i = lag; i < a.length; i++) {
            sum += b == null ? a[i] : a[i] * b[i - lag];
        }
        return sum / Math.sqrt(a.length - lag);
    }
}
