package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What becomes of gradients: their mean, their norm, the update. */
class OptimizerTest {
    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "AdamW", part = "update, average of weights")
    void adamW(TornadoDevice device, Shape shape) {
        int[] sizes = {7, 16 * 1024 + 21, 48, 1};
        float[] rates = {1f, 0.25f, 0.5f, 1f};
        float[] decays = {0f, 0.05f, 0f, 0.1f};
        int n = Arrays.stream(sizes).sum();
        for (boolean averaged : new boolean[] {false, true}) {
            Bench b = new Bench(device, shape);
            Slice grads = b.input(n);
            // The average begins right behind the parameters.
            Slice both = b.input(2 * n);
            Slice average = new Slice(both.array(), both.offset() + n, 0);
            Slice m = b.input(n);
            Slice v = b.input(n);
            for (int i = 0; i < n; i++) {
                v.array().set(3 + i, Math.abs(v.array().get(3 + i)));
            }
            double[] p = Bench.values(both);
            double[] m0 = Bench.values(m);
            double[] v0 = Bench.values(v);
            double[] g = Bench.values(grads);
            float[] h = {0.01f, 0.9f, 0.999f, 1e-8f, 0.19f, 0.002f};
            FloatArray norm = FloatArray.fromElements(Float.NaN, 0.75f);
            List<AdamWKernel.Group> groups = IntStream.range(0, sizes.length)
                    .mapToObj(i -> new AdamWKernel.Group(sizes[i], rates[i], decays[i]))
                    .toList();
            b.run(s -> {
                AdamWKernel.update(
                        s,
                        "adamw",
                        both,
                        m,
                        v,
                        averaged ? average : null,
                        grads,
                        norm,
                        groups,
                        FloatArray.fromArray(h),
                        0.9f);
                s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, both.array(), m.array(), v.array());
                s.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, norm);
            });
            // Executed twice by the bench: two updates from host state that was downloaded in between.
            for (int round = 0; round < 2; round++) {
                int i = 0;
                for (int group = 0; group < sizes.length; group++) {
                    double lr = h[0] * rates[group];
                    for (int end = i + sizes[group]; i < end; i++) {
                        double clipped = 0.75 * g[i];
                        p[i] -= lr * decays[group] * p[i];
                        m0[i] = 0.9 * m0[i] + 0.1 * clipped;
                        v0[i] = 0.999 * v0[i] + 0.001 * clipped * clipped;
                        p[i] -= lr * (m0[i] / h[4]) / (Math.sqrt(v0[i] / h[5]) + 1e-8);
                        if (averaged) {
                            p[n + i] = 0.9 * p[n + i] + 0.1 * p[i];
                        }
                    }
                }
            }
            Bench.close("params and average", p, both, 8);
            Bench.close("m", m0, m, 4);
            Bench.close("v", v0, v, 4);
        }
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "gradient mean", part = "over micro-batches")
    void accumulate(TornadoDevice device, Shape shape) {
        int n = 16 * 1024 + 21;
        Bench b = new Bench(device, shape);
        Slice grads = b.input(n);
        Slice mean = b.input(n);
        double[] expected = Bench.values(mean);
        double[] g = Bench.values(grads);
        b.run(s -> {
            AccumulateKernel.add(s, "add", mean, grads, FloatArray.fromElements(0.75f, 0.25f), n);
            s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, mean.array());
        });
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < n; i++) {
                expected[i] = 0.75 * expected[i] + 0.25 * g[i];
            }
        }
        Bench.close("mean", expected, mean, 2);
    }

    @ParameterizedTest
    @MethodSource("org.tornadonn.kernels.Bench#devices")
    @Recorded(subject = "gradient norm", part = "norm, clipping factor")
    void gradientNorm(TornadoDevice device, Shape shape) {
        for (int n : new int[] {1, 15, 16 * 1024, 40_003}) {
            for (float clip : new float[] {0f, 0.5f, 1e6f}) {
                Bench b = new Bench(device, shape);
                Slice grads = b.input(n);
                FloatArray norm = new FloatArray(2);
                b.run(s -> {
                    GradientNormKernel.norm(s, "norm", norm, grads, n, clip);
                    s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, norm);
                });
                double expected = Math.sqrt(
                        Arrays.stream(Bench.values(grads)).map(x -> x * x).sum());
                assertEquals(expected, norm.get(0), 2e-6 * expected);
                double factor = clip > 0 && expected > clip ? clip / (expected + 1e-6) : 1;
                assertEquals(factor, norm.get(1), 2e-6 * factor);
            }
        }
    }
}
