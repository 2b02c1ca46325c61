package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import org.tornadonn.nn.train.Listener;
import org.tornadonn.nn.vit.VitConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The programs that people copy do what they say. */
class ExamplesTest {
    private static final List<String> COLOURS = List.of("blue", "green", "red");
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();

    @TempDir
    Path folder;

    private static byte[] png(int colour, Random noise) throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 32 * 32; i++) {
            image.setRGB(i % 32, i / 32, 0x808080 | 0x7F << 8 * colour ^ noise.nextInt(1 << 24) & 0x3F3F3F);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static String errors(Runnable program) {
        PrintStream err = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setErr(err);
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    private Path images() throws IOException {
        Random noise = new Random(2);
        for (int i = 0; i < 90; i++) {
            Path to = Files.createDirectories(folder.resolve("images").resolve(COLOURS.get(i % 3)));
            Files.write(to.resolve(i + ".png"), png(i % 3, noise));
        }
        return folder.resolve("images");
    }

    /** The program fails where a gradient is wrong; here it is also shown that a wrong one would be seen. */
    @Test
    void aLayerOfOnesOwn() throws Exception {
        CustomLayer.main(new String[0]);
        try (CustomLayer layer = new CustomLayer(3, 4, device)) {
            Random random = new Random(5);
            CustomLayer.fill(layer.x, random);
            CustomLayer.fill(layer.beta, random);
            CustomLayer.fill(layer.dY, random);
            layer.run();
            for (int i = 0; i < layer.x.getSize(); i++) {
                double x = layer.x.get(i);
                assertEquals(x / (1 + Math.exp(-layer.beta.get(i % 4) * x)), layer.y.get(i), 1e-5);
            }
            assertTrue(layer.worst(layer.x, layer.dX) < 1e-3);
            assertTrue(layer.worst(layer.x, layer.y) > 0.1);
        }
    }

    @Test
    void trainsOnAFolder() throws Exception {
        Path checkpoint = folder.resolve("vit.safetensors");
        Listener.Evaluation evaluation = TrainFolder.train(images(), 8, checkpoint);
        assertTrue(
                evaluation.score().accuracy() > 0.9,
                "accuracy " + evaluation.score().accuracy());
        assertEquals(COLOURS, Checkpoint.load(checkpoint).classNames());
        assertEquals("Usage: TrainFolder FOLDER|ZIP CHECKPOINT", errors(() -> TrainFolder.main(new String[0])));
        String missing = folder.resolve("nowhere").toString();
        String said = errors(() -> TrainFolder.main(new String[] {missing, checkpoint.toString()}));
        assertTrue(said.startsWith("There is no " + missing), said);
    }

    @Test
    void finetunesAFileOfTimms() throws Exception {
        Path weights = Path.of("").toAbsolutePath().resolveSibling("nn/src/test/resources/golden/timm-vit.safetensors");
        ImageFolder data = ImageFolder.load(images(), 8, null);
        VitConfig config = new VitConfig(8, 3, 4, 8, 2, 2, 32, 3, Norm.LAYER_NORM, 0.5f, VitConfig.Pool.AVERAGE);
        Path checkpoint = folder.resolve("tuned.safetensors");
        Listener.Evaluation evaluation = FineTune.tune(config, weights, data, 1e-2, 20, checkpoint);
        assertTrue(
                evaluation.score().accuracy() > 0.9,
                "accuracy " + evaluation.score().accuracy());
        assertEquals(config, Checkpoint.load(checkpoint).config());
        String[] arguments = {
            "resnet50", weights.toString(), folder.resolve("images").toString(), checkpoint.toString()
        };
        String said = errors(() -> FineTune.main(arguments));
        assertTrue(said.startsWith("There is no model resnet50"), said);
    }

    private Path checkpoint() {
        VitConfig config = VitConfig.of(32, 8, 16, 1, 1, 3, Norm.DYT);
        Path file = folder.resolve("model.safetensors");
        try (Model model = new Model(config, new Training(1, 0f, 0f, 3), device)) {
            Checkpoint.save(model, 3, COLOURS, file);
        }
        return file;
    }

    private static HttpResponse<String> send(HttpClient client, String uri, HttpRequest.Builder request)
            throws Exception {
        return client.send(request.uri(URI.create(uri)).build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder post(byte[] body) {
        return HttpRequest.newBuilder().POST(BodyPublishers.ofByteArray(body));
    }

    private static void refused(int status, String why, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response.body());
        String error =
                JsonMapper.shared().readTree(response.body()).path("error").asString();
        assertTrue(error.contains(why), error);
    }

    @Test
    void namesClassesOverHttp() throws Exception {
        Path file = checkpoint();
        byte[] image = png(1, new Random(3));
        float[] logits;
        try (Model model = new Model(Checkpoint.load(file).config(), Training.none(1), device)) {
            Checkpoint.load(file).restore(model);
            float[] pixels = new float[3 * 32 * 32];
            ImageFolder.unlabelled(image, 32).image(0, pixels, 0);
            model.evaluate(pixels, new int[1]);
            logits = model.logits();
        }
        int best = IntStream.range(0, 3).reduce(0, (a, b) -> logits[b] > logits[a] ? b : a);
        double sum = IntStream.range(0, 3).mapToDouble(c -> Math.exp(logits[c])).sum();

        try (PredictServer server = new PredictServer(file, device, 0);
                HttpClient client = HttpClient.newHttpClient()) {
            String address = server.address();
            JsonNode all = JsonMapper.shared()
                    .readTree(send(client, address, post(image)).body());
            assertEquals(3, all.path("predictions").size(), all.toString());
            assertEquals(
                    COLOURS.get(best),
                    all.path("predictions").get(0).path("name").asString());
            assertEquals(
                    Math.exp(logits[best]) / sum,
                    all.path("predictions").get(0).path("probability").asDouble(),
                    1e-6);
            assertTrue(all.path("milliseconds").asDouble() > 0, all.toString());
            JsonNode one = JsonMapper.shared()
                    .readTree(send(client, address + "?top=1", post(image)).body());
            assertEquals(1, one.path("predictions").size());
            assertEquals(all.path("predictions").get(0), one.path("predictions").get(0));

            refused(400, "not an image", send(client, address, post("some text".getBytes())));
            refused(400, "not an image", send(client, address, post(new byte[0])));
            refused(400, "top=", send(client, address + "?top=0", post(image)));
            refused(400, "top=", send(client, address + "?bottom=1", post(image)));
            refused(404, "/predict", send(client, address + "ions", post(image)));
            refused(405, "curl", send(client, address, HttpRequest.newBuilder().GET()));
            refused(413, "16 MB", send(client, address, post(new byte[17 << 20])));

            List<Integer> codes = IntStream.range(0, 40)
                    .parallel()
                    .mapToObj(_ -> {
                        try {
                            HttpResponse<String> response = send(client, address, post(image));
                            JsonNode json = JsonMapper.shared().readTree(response.body());
                            assertEquals(all.path("predictions"), json.path("predictions"));
                            return response.statusCode();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    })
                    .distinct()
                    .toList();
            assertEquals(List.of(200), codes);
        }
    }
}
