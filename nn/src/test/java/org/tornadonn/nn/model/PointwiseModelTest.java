package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** A micro ViT trains with a norm with alpha and shift, and with one without either; every parameter of the norm gets a gradient. */
class PointwiseModelTest {
    @ParameterizedTest
    @EnumSource(names = {"DERF", "SIGMOID"})
    void aMicroVitTrains(Norm norm) {
        VitConfig config = new VitConfig(8, 3, 4, 24, 1, 2, 48, 3, norm, 0.5f, VitConfig.Pool.AVERAGE);
        try (Model model = new Model(
                config,
                new Training(2, 0f, 0f, 3),
                TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
            float first =
                    model.train(Golden.input(config), Golden.LABELS, 3e-3f).loss();
            assertEquals(Math.log(3), first, 0.5, "an untrained model knows nothing");
            model.download();
            for (ParameterTable.Entry entry : model.table().entries()) {
                if (entry.name().contains("norm")) {
                    double squares = 0;
                    for (int i = 0; i < entry.size(); i++) {
                        squares += Math.pow(model.gradients().get(entry.offset() + i), 2);
                    }
                    assertTrue(squares > 0 && squares < 100, entry.name() + ": " + squares);
                }
            }
            float last = first;
            for (int i = 0; i < 60; i++) {
                last = model.train(Golden.input(config), Golden.LABELS, 3e-3f).loss();
            }
            assertTrue(last < 0.5 * first, norm + ": loss " + first + ", then " + last);
        }
    }
}
