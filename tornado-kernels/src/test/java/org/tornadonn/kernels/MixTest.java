package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Mixup and cutmix, in place. */
class MixTest {
    static Stream<Arguments> shapes() {
        // Batch, channels, side; one image alone, odd batches and sides, more rows than one work-item has.
        int[][] shapes = {{1, 1, 1}, {2, 1, 1}, {5, 3, 7}, {4, 3, 16}, {7, 2, 37}, {6, 3, 65}};
        return Bench.cases(shapes);
    }

    @ParameterizedTest(name = "{2} x {3} x {4} x {4} in {1} on {0}")
    @MethodSource("shapes")
    @Recorded(subject = "mixup, cutmix", part = "in place")
    void mixesNeighbours(TornadoDevice device, Shape shape, int batch, int channels, int side) {
        int half = side / 2;
        // κ, left, top, width, height: mixup, cutmix inside and at the corner, nothing.
        float[][] mixes = {
            {0.3f, 0, 0, side, side},
            {0, side / 3, side / 4, half, half},
            {0, half, 0, side - half, side},
            {0, half, half, 0, 0},
        };
        int values = channels * side * side;
        for (float[] m : mixes) {
            Bench b = new Bench(device, shape);
            // An image more than the batch has, which must stay as it is, as what stands before the first.
            Slice images = b.input((batch + 1) * values);
            FloatArray mix = FloatArray.fromArray(m);
            double[] given = Bench.values(images);
            float[] before = images.array().toHeapArray();
            b.run(s -> {
                MixKernel.mix(s, "mix", images, Slice.of(mix), batch, channels, side);
                s.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, images.array(), mix);
                s.graph().transferToHost(DataTransferMode.EVERY_EXECUTION, images.array());
            });
            Reference.Op op = Reference.mix(values, m[0], i -> {
                int x = i % side;
                int y = i / side % side;
                return x >= m[1] && x < m[1] + m[3] && y >= m[2] && y < m[2] + m[4];
            });
            double[] batched = Arrays.copyOf(given, batch * values);
            // The bench executes twice.
            double[] expected = op.apply(op.apply(batched));
            System.arraycopy(expected, 0, given, 0, expected.length);
            Bench.close("images", given, images, 2);
            for (int i = 0; i < before.length; i++) {
                boolean outside = i < images.offset() || i >= images.offset() + batch / 2 * 2 * values;
                if (outside || m[3] == 0) {
                    assertEquals(before[i], images.array().get(i), "nothing else changes");
                }
            }
        }
    }
}
