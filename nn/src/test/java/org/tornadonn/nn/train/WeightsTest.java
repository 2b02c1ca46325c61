package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Files that timm wrote ({@code python/timm_files.py}), and safetensors files that are not what they should be. */
class WeightsTest {
    private static final VitConfig VIT =
            new VitConfig(8, 3, 4, 8, 2, 2, 32, 3, Norm.LAYER_NORM, 0.5f, VitConfig.Pool.AVERAGE);
    private static final ConvNextConfig CONVNEXT = new ConvNextConfig(
            32, 3, 4, List.of(1, 1, 1, 1), List.of(4, 6, 8, 10), 3, Norm.LAYER_NORM, 0.5f, 1f, false);
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    @TempDir
    Path folder;

    private Path timm(String name) throws IOException {
        Path file = folder.resolve("timm-" + name + ".safetensors");
        try (InputStream in = WeightsTest.class.getResourceAsStream("/golden/" + file.getFileName())) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private Model model(ModelConfig config) {
        return new Model(config, new Training(2, 0f, 0f, 3), device);
    }

    static Stream<Arguments> files() {
        return Stream.of(Arguments.of("vit", VIT), Arguments.of("convnext", CONVNEXT));
    }

    @ParameterizedTest
    @MethodSource("files")
    void timmsFileGivesTimmsLogits(String name, ModelConfig config) throws IOException {
        Path file = timm(name);
        Safetensors stored = Safetensors.open(file);
        double[] expected = Stream.of(stored.metadata().get("logits").split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        try (Model model = model(config)) {
            Weights weights = Weights.load(file, model);
            assertEquals(model.table().entries().size(), weights.taken().size());
            assertEquals(List.of(), weights.missing());
            assertEquals(List.of(), weights.otherShape());
            assertEquals(List.of("input"), weights.extra());
            model.evaluate(stored.tensor("input"), new int[2]);
            double largest = 0;
            for (double e : expected) {
                largest = Math.max(largest, Math.abs(e));
            }
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], model.logits()[i], 1e-4 * largest, "logit " + i);
            }
            // And back: what is written again has the same numbers.
            Path again = folder.resolve("again.safetensors");
            Checkpoint.save(model, 1, List.of("a", "b", "c"), again);
            for (String tensor : weights.taken()) {
                assertArrayEquals(stored.tensor(tensor), Safetensors.open(again).tensor(tensor), tensor);
            }
            assertEquals(List.of("a", "b", "c"), Checkpoint.load(again).classNames());
        }
    }

    @Test
    void whatIsMissingOrOfAnotherShapeIsListed() throws IOException {
        Path file = timm("vit");
        try (Model model = model(new VitConfig(8, 3, 4, 8, 2, 2, 32, 5, Norm.DYT, 0.5f, VitConfig.Pool.AVERAGE))) {
            float alpha =
                    model.parameters().get(model.table().entry("fc_norm.alpha").offset());
            Weights weights = Weights.load(file, model);
            assertEquals(
                    List.of(
                            "blocks.0.norm1.alpha",
                            "blocks.0.norm2.alpha",
                            "blocks.1.norm1.alpha",
                            "blocks.1.norm2.alpha",
                            "fc_norm.alpha"),
                    weights.missing());
            assertEquals(List.of("head.weight: [3, 8], [5, 8]", "head.bias: [3], [5]"), weights.otherShape());
            assertEquals(
                    alpha,
                    model.parameters().get(model.table().entry("fc_norm.alpha").offset()));
            assertTrue(weights.toString().contains("head.weight"), weights.toString());
        }
        try (Model other = model(CONVNEXT)) {
            UserException e = assertThrows(UserException.class, () -> Weights.load(file, other));
            assertTrue(e.getMessage().contains("attn.qkv"), e.getMessage());
        }
        // Of a model with wider MLPs, most of which are then missing, some tensors fit.
        try (Model wider = model(new VitConfig(8, 3, 4, 8, 2, 2, 999, 3, Norm.LAYER_NORM, 0.5f, VIT.pool()))) {
            UserException e = assertThrows(UserException.class, () -> Weights.load(file, wider));
            assertTrue(
                    e.getMessage().contains("another model") && e.getMessage().contains("mlp.fc1"), e.getMessage());
        }
    }

    @Test
    void theAverageOfACheckpointsWeightsIsTaken() throws IOException {
        Path file = folder.resolve("averaged.safetensors");
        Training averaging = new Training(2, 0f, 0f, 3).withAdamW(a -> a.withEma(0.5f));
        int size;
        try (Model trained = new Model(VIT, averaging, device)) {
            trained.train(new float[2 * 3 * 8 * 8], new int[] {0, 1}, 0.1f);
            size = trained.table().size();
            Checkpoint.save(trained, 3, List.of("a", "b", "c"), file);
            try (Model model = model(VIT)) {
                Weights weights = Weights.load(file, model);
                assertTrue(weights.averaged() && weights.toString().contains("average"), weights.toString());
                assertEquals(List.of(), weights.extra());
                boolean differs = false;
                for (int i = 0; i < size; i++) {
                    assertEquals(
                            trained.parameters().get(size + i),
                            model.parameters().get(i));
                    differs |= trained.parameters().get(i) != model.parameters().get(i);
                }
                assertTrue(differs);
            }
        }
    }

    @Test
    void mutatedFilesAreReadOrRefusedByName() throws IOException {
        Path bad = folder.resolve("bad.safetensors");
        byte[] good = Files.readAllBytes(timm("vit"));
        int header = good[0] & 0xFF | (good[1] & 0xFF) << 8;
        Random random = new Random(11);
        int refused = 0;
        try (Model model = model(VIT)) {
            for (int i = 0; i < 200; i++) {
                byte[] bytes = i % 4 == 0 ? java.util.Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
                for (int k = 0; i % 4 != 0 && k < i % 4; k++) {
                    bytes[random.nextInt(8 + header)] = (byte) random.nextInt(256);
                }
                Files.write(bad, bytes);
                try {
                    Weights.load(bad, model);
                } catch (UserException e) {
                    refused++;
                    assertTrue(e.getMessage().contains("bad.safetensors"), e.getMessage());
                }
            }
        }
        assertTrue(refused > 120, "refused " + refused);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,4],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2000000000],\"data_offsets\":[0,8000000000]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,18446744073709551616]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":\"2\",\"data_offsets\":[0,8]}}",
                "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":7}"
            })
    void headersThatLieAreRefused(String json) throws IOException {
        Path file = folder.resolve("lie.safetensors");
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        Files.write(
                file,
                ByteBuffer.allocate(8 + text.length + 8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .array());
        UserException e = assertThrows(UserException.class, () -> Safetensors.open(file));
        assertTrue(e.getMessage().contains("lie.safetensors"), e.getMessage());
    }
}
