package org.tornadonn.benchmarks.peer;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.tornadonn.nn.train.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A Python process that runs torch_peer.py: a request is a line of JSON and the tensors after it, and so is an answer. Whatever
 * goes wrong there is an IllegalStateException with Python's own last line. It ends with this program at the latest.
 */
final class TorchProcess implements AutoCloseable {
    private static final String SCRIPT = "torch_peer.py";

    private final Path folder;
    private final Process process;
    private final InputStream answers;
    private final OutputStream requests;
    private final Thread end;
    private final String version;

    /** @param python the program that is to run the script */
    TorchProcess(String python, boolean gpu) {
        try (InputStream script = TorchProcess.class.getResourceAsStream(SCRIPT)) {
            folder = Files.createTempDirectory("tornado-nn-torch");
            Files.copy(script, folder.resolve(SCRIPT));
            int threads = Runtime.getRuntime().availableProcessors();
            process = start(List.of(
                    python, folder.resolve(SCRIPT).toString(), gpu ? "cuda" : "cpu", Integer.toString(threads)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        end = new Thread(this::end);
        Runtime.getRuntime().addShutdownHook(end);
        answers = new BufferedInputStream(process.getInputStream());
        requests = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
        JsonNode hello = answer();
        version = hello.path("version").asString("");
        if (gpu && !hello.path("cuda").asBoolean(false)) {
            close();
            throw new IllegalStateException("PyTorch " + version + " of " + python + " has no CUDA device");
        }
    }

    private Process start(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectError(errors().toFile()).start();
        } catch (IOException e) {
            delete();
            throw new IllegalStateException("there is no " + command.getFirst(), e);
        }
    }

    /** Where Python's errors go. */
    private Path errors() {
        return folder.resolve("errors.txt");
    }

    /** Of PyTorch. */
    String version() {
        return version;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Sends a request and the tensors that it names, and returns the answer. */
    JsonNode ask(Map<String, ?> request, List<float[]> tensors) {
        try {
            requests.write(Json.MAPPER.writeValueAsBytes(request));
            requests.write('\n');
            for (float[] tensor : tensors) {
                send(tensor);
            }
            requests.flush();
        } catch (IOException e) {
            throw ended();
        }
        return answer();
    }

    private void send(float[] tensor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        int most = bytes.capacity() / Float.BYTES;
        for (int from = 0; from < tensor.length; from += most) {
            int count = Math.min(most, tensor.length - from);
            bytes.asFloatBuffer().put(tensor, from, count);
            requests.write(bytes.array(), 0, Float.BYTES * count);
        }
    }

    private JsonNode answer() {
        String line;
        try {
            line = line();
        } catch (IOException e) {
            throw ended();
        }
        JsonNode answer;
        try {
            answer = Json.MAPPER.readTree(line);
        } catch (JacksonException e) {
            close();
            throw new IllegalStateException("Python said: " + line, e);
        }
        if (answer.has("failure")) {
            throw new IllegalStateException(answer.path("failure").asString());
        }
        return answer;
    }

    private String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = answers.read(); next != '\n'; next = answers.read()) {
            if (next < 0) {
                throw ended();
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The values that follow an answer. */
    float[] values(int count) {
        float[] values = new float[count];
        try {
            for (int from = 0; from < count; from += 1 << 14) {
                int some = Math.min(1 << 14, count - from);
                byte[] bytes = answers.readNBytes(Float.BYTES * some);
                if (bytes.length < Float.BYTES * some) {
                    throw ended();
                }
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(values, from, some);
            }
        } catch (IOException e) {
            throw ended();
        }
        return values;
    }

    /** What to say of a process that ended by itself. */
    private IllegalStateException ended() {
        String last = "";
        try {
            last = process.waitFor(2, TimeUnit.SECONDS) ? " with code " + process.exitValue() : "";
            List<String> lines = Files.readAllLines(errors()).stream()
                    .filter(l -> !l.isBlank())
                    .toList();
            last += lines.isEmpty() ? "" : ": " + lines.getLast().strip();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // Then there is nothing to tell.
        }
        close();
        return new IllegalStateException("Python ended" + last);
    }

    private void end() {
        process.destroyForcibly();
        delete();
    }

    private void delete() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // It lies among other temporary files.
        }
    }

    @Override
    public void close() {
        if (Files.exists(folder)) {
            Runtime.getRuntime().removeShutdownHook(end);
            end();
        }
    }
}
