package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.kernels.Shape;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.suite.Recorded;
import org.tornadonn.suite.Recorder;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Models train in groups as they do in lanes, on every device, whichever of the two suits it. */
class ShapeTest {
    private static final int STEPS = 3;
    private static final float RATE = 1e-3f;

    /** Sums of the same numbers in another order, in float: of the loss, of logits near 1, and of a tensor's largest gradient. */
    private static final double ROUNDING = 5e-5;

    /**
     * Three steps.
     *
     * @param logits after them, as the weights are
     * @param apart how far from each weight another one may be that was trained with the same gradients but for rounding
     */
    private record Trained(float[] losses, float[] logits, float[] weights, double[] apart) {}

    static Stream<Arguments> cases() {
        return Recorder.devices().stream()
                .flatMap(device -> Stream.of(ModelTest.Architecture.values())
                        .flatMap(a -> Stream.of(Norm.LAYER_NORM, Norm.DYT).map(norm -> Arguments.of(a, norm, device))));
    }

    private static Model model(Shape shape, ModelConfig config, TornadoDevice device) {
        String before = System.getProperty(Shape.PROPERTY);
        System.setProperty(Shape.PROPERTY, shape.name().toLowerCase(Locale.ROOT));
        try {
            return new Model(config, new Training(2, 0.1f, 0.05f, 3).withDropPath(0.25f), device);
        } finally {
            if (before == null) {
                System.clearProperty(Shape.PROPERTY);
            } else {
                System.setProperty(Shape.PROPERTY, before);
            }
        }
    }

    private static Trained train(Shape shape, ModelConfig config, TornadoDevice device) {
        try (Model model = model(shape, config, device)) {
            Golden.fill(model);
            float[] losses = new float[STEPS];
            double[] apart = new double[model.table().size()];
            for (int step = 0; step < STEPS; step++) {
                losses[step] =
                        model.train(Golden.input(config), Golden.LABELS, RATE).loss();
                model.download();
                model.table()
                        .entries()
                        .forEach(
                                tensor -> widen(apart, tensor, model.gradients().toHeapArray()));
            }
            model.evaluate(Golden.input(config), Golden.LABELS);
            return new Trained(
                    losses, model.logits().clone(), model.parameters().toHeapArray(), apart);
        }
    }

    /** AdamW divides by the gradient's size: the smaller it is, the more its rounding moves the weight, by two steps at the most. */
    private static void widen(double[] apart, ParameterTable.Entry tensor, float[] gradients) {
        int end = tensor.offset() + tensor.size();
        double largest = 0;
        for (int i = tensor.offset(); i < end; i++) {
            largest = Math.max(largest, Math.abs(gradients[i]));
        }
        // A branch that all samples left out has no gradients.
        for (int i = tensor.offset(); largest > 0 && i < end; i++) {
            apart[i] += RATE * Math.min(2, ROUNDING * largest / Math.abs(gradients[i]));
        }
    }

    @ParameterizedTest(name = "{0} with {1} on {2}")
    @MethodSource("cases")
    @Recorded(subject = "{0} with {1}", part = "three steps in groups as in lanes")
    void trainsInGroupsAsInLanes(ModelTest.Architecture architecture, Norm norm, TornadoDevice device) {
        ModelConfig config = architecture.config(1, norm);
        Trained lanes = train(Shape.LANES, config, device);
        Trained groups = train(Shape.GROUPS, config, device);
        for (int step = 0; step < STEPS; step++) {
            assertEquals(lanes.losses()[step], groups.losses()[step], ROUNDING * lanes.losses()[step], "loss");
        }
        assertArrayEquals(lanes.logits(), groups.logits(), (float) ROUNDING);
        for (int i = 0; i < lanes.weights().length; i++) {
            double difference = Math.abs(lanes.weights()[i] - groups.weights()[i]);
            assertTrue(difference <= 1e-6 + lanes.apart()[i], "weight " + i + ": " + difference);
        }
        assertFalse(Arrays.equals(lanes.weights(), groups.weights()), "sums are made in another order");
        Trained again = train(Shape.GROUPS, config, device);
        assertArrayEquals(groups.losses(), again.losses());
        assertArrayEquals(groups.logits(), again.logits());
        assertArrayEquals(groups.weights(), again.weights());
    }
}
