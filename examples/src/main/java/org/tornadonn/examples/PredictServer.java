package org.tornadonn.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import org.tornadonn.nn.train.Json;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * Names the classes of images over HTTP, for programs on this machine: {@code PredictServer CHECKPOINT PORT}, then
 * {@code curl --data-binary @cat.jpg 'localhost:8080/predict?top=3'}.
 */
public final class PredictServer implements AutoCloseable {
    private static final int MOST_BYTES = 16 << 20;
    private static final int TOP = 3;

    /** A body is written as JSON. */
    private record Reply(int status, Record body) {}

    /**
     * @param milliseconds of decoding the image and of the model
     */
    private record Answer(List<Likeliest> predictions, double milliseconds) {}

    private record Refusal(String error) {}

    private final Checkpoint checkpoint;
    private final Model model;
    // A model is for one thread at a time, and TornadoVM has a command queue for each thread. Images are decoded on it
    // too,
    // so that memory for one is enough. Requests are read on threads of their own, so that a slow one holds up nobody.
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("model").factory());
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** @param port 0 for any that is free */
    PredictServer(Path file, TornadoDevice device, int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        checkpoint = Checkpoint.load(file);
        model = onWorker(() -> new Model(checkpoint.config(), Training.none(1), device));
        checkpoint.restore(model);
        // The first execution compiles.
        onWorker(() -> logits(new float[checkpoint.config().imageValues()]));
        server.setExecutor(requests);
        server.createContext("/", this::answer);
        server.start();
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort() + "/predict";
    }

    private <T> T onWorker(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, worker).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }

    private float[] logits(float[] pixels) {
        model.evaluate(pixels, new int[1]);
        return model.logits();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = reply(exchange);
            byte[] json = Json.MAPPER.writeValueAsBytes(reply.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), json.length);
            exchange.getResponseBody().write(json);
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/predict")) {
            return refusal(404, "There is nothing here but /predict.");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.getResponseHeaders().set("Allow", "POST");
            return refusal(405, "POST an image: curl --data-binary @cat.jpg " + address());
        }
        byte[] image = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
        if (image.length > MOST_BYTES) {
            // Many clients send all before they read.
            exchange.getRequestBody().skip(MOST_BYTES);
            return refusal(413, "The image has more than " + (MOST_BYTES >> 20) + " MB. Send a smaller one.");
        }
        try {
            int top = top(exchange.getRequestURI().getQuery());
            return onWorker(() -> predict(image, top));
        } catch (UserException e) {
            return refusal(400, e.getMessage());
        } catch (RuntimeException e) {
            return refusal(500, "The model failed: " + e.getMessage());
        }
    }

    private static Reply refusal(int status, String why) {
        return new Reply(status, new Refusal(why));
    }

    private static int top(String query) {
        if (query == null) {
            return TOP;
        }
        if (!query.matches("top=[1-9]\\d{0,5}")) {
            throw new UserException("The query is top= and a number of classes, such as ?top=" + TOP + ".");
        }
        return Integer.parseInt(query.substring("top=".length()));
    }

    private Reply predict(byte[] image, int top) {
        long start = System.nanoTime();
        float[] pixels = new float[checkpoint.config().imageValues()];
        ImageFolder.unlabelled(image, checkpoint.config().imageSize()).image(0, pixels, 0);
        float[] logits = logits(pixels);
        double milliseconds = (System.nanoTime() - start) / 1e6;
        return new Reply(200, new Answer(Likeliest.of(checkpoint, logits, 0, top), milliseconds));
    }

    @Override
    public void close() {
        server.stop(0);
        requests.close();
        onWorker(() -> {
            model.close();
            return null;
        });
        worker.close();
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2 || !args[1].matches("\\d{1,5}")) {
            System.err.println("Usage: PredictServer CHECKPOINT PORT");
            return;
        }
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        System.out.println("Engine: " + Engine.describe(device));
        try {
            PredictServer server = new PredictServer(Path.of(args[0]), device, Integer.parseInt(args[1]));
            System.out.println("POST images to " + server.address());
        } catch (BindException e) {
            System.err.println("The port " + args[1] + " is taken. Give another.");
        } catch (UserException e) {
            System.err.println(e.getMessage());
        }
    }
}
