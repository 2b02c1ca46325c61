package org.tornadonn.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.onnx.OnnxExport;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * ONNX Runtime gives our logits for exported models, for a batch of any size. On the embedded engine: the export knows none, and
 * TornadoVM takes minutes to compile the models of all norms.
 */
@Tag("embedded")
class OnnxExportTest {
    static Stream<ModelConfig> configs() {
        return Stream.of(Norm.values())
                .flatMap(norm -> Stream.of(
                        new VitConfig(12, 3, 4, 8, 2, 2, 20, 3, norm, 0.5f, VitConfig.Pool.AVERAGE),
                        new VitConfig(12, 3, 4, 8, 2, 2, 20, 3, norm, 0.5f, VitConfig.Pool.TOKEN),
                        new ConvNextConfig(
                                32, 3, 2, List.of(1, 2, 1), List.of(4, 6, 8), 3, norm, 0.5f, 1f, norm == Norm.DYT)));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void givesTheSameLogits(ModelConfig config) throws OrtException {
        float[] input = Golden.input(config);
        float[] logits;
        byte[] onnx;
        try (Model model = new Model(
                config,
                new Training(2, 0f, 0f, 0),
                TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
            Golden.fill(model);
            model.evaluate(input, new int[2]);
            logits = model.logits();
            onnx = OnnxExport.export(config, name -> values(model, name), List.of("a", "b", "c"));
        }
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession session = environment.createSession(onnx)) {
            assertEquals("a,b,c", session.getMetadata().getCustomMetadata().get("classes"));
            for (int batch = 1; batch <= 2; batch++) {
                long side = config.imageSize();
                long[] shape = {batch, 3, side, side};
                FloatBuffer images = FloatBuffer.wrap(Arrays.copyOf(input, input.length / 2 * batch));
                try (OnnxTensor tensor = OnnxTensor.createTensor(environment, images, shape);
                        OrtSession.Result result = session.run(Map.of("images", tensor))) {
                    float[][] theirs =
                            (float[][]) result.get("logits").orElseThrow().getValue();
                    assertEquals(batch, theirs.length);
                    for (int i = 0; i < batch * 3; i++) {
                        assertEquals(logits[i], theirs[i / 3][i % 3], 1e-4, "logit " + i);
                    }
                }
            }
        }
    }

    private static float[] values(Model model, String name) {
        ParameterTable.Entry entry = model.table().entry(name);
        float[] values = new float[entry.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = model.parameters().get(entry.offset() + i);
        }
        return values;
    }
}
