package org.tornadonn.engine.prebuilt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * manifest.json of a folder of exported kernels.
 *
 * @param device OpenCL's name of the device they are for
 * @param cpu whether that is a CPU, for which loops are laid out differently
 * @param kernels by name
 */
record Manifest(String device, boolean cpu, Map<String, Entry> kernels) {
    private static final String FILE = "manifest.json";
    private static final String FORMAT = "tornado-nn kernels 1";

    /**
     * A kernel, alone in the file {@code name.cl}.
     *
     * @param method Class.method
     * @param sha256 of the file
     * @param arguments name and kind, such as {@code float*, read} or {@code int}, in the order of clSetKernelArg
     * @param global work-items per dimension as C on the arguments; empty where the task's worker grid says it
     */
    record Entry(String method, String sha256, Map<String, String> arguments, List<String> global) {}

    /** The manifest of a folder; empty if it has none. */
    static Optional<Manifest> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Map<?, ?> map = (Map<?, ?>) Json.read(Files.readString(file));
            if (!FORMAT.equals(map.get("format"))) {
                throw new IllegalArgumentException("its format is " + map.get("format"));
            }
            Map<String, Entry> kernels = new TreeMap<>();
            for (Object each : (List<?>) map.get("kernels")) {
                Map<?, ?> kernel = (Map<?, ?>) each;
                Map<String, String> arguments = new LinkedHashMap<>();
                ((Map<?, ?>) kernel.get("arguments")).forEach((n, kind) -> arguments.put((String) n, (String) kind));
                kernels.put(
                        (String) kernel.get("name"),
                        new Entry(
                                (String) kernel.get("method"),
                                (String) kernel.get("sha256"),
                                arguments,
                                ((List<?>) kernel.get("global"))
                                        .stream().map(Object::toString).toList()));
            }
            Map<?, ?> device = (Map<?, ?>) map.get("device");
            return Optional.of(new Manifest((String) device.get("name"), "cpu".equals(device.get("kind")), kernels));
        } catch (IOException | IllegalArgumentException | ClassCastException | NullPointerException e) {
            throw new TornadoRuntimeException(
                    file + " cannot be read (" + e.getMessage() + "). Delete the folder and export the kernels again.");
        }
    }

    /** Replaces the folder's manifest. */
    void write(Path folder) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("format", FORMAT);
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("name", device);
        target.put("kind", cpu ? "cpu" : "accelerator");
        map.put("device", target);
        map.put(
                "kernels",
                kernels.entrySet().stream()
                        .map(e -> {
                            Map<String, Object> kernel = new LinkedHashMap<>();
                            kernel.put("name", e.getKey());
                            kernel.put("method", e.getValue().method());
                            kernel.put("source", e.getKey() + ".cl");
                            kernel.put("sha256", e.getValue().sha256());
                            kernel.put("arguments", e.getValue().arguments());
                            kernel.put("global", e.getValue().global());
                            kernel.put("local", local(e.getValue()));
                            return kernel;
                        })
                        .toList());
        Path part = folder.resolve(FILE + ".part");
        Files.writeString(part, Json.write(map));
        Files.move(part, folder.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
    }

    /** As PlanRun launches it. */
    private String local(Entry kernel) {
        if (kernel.global().isEmpty()) {
            return "global and local sizes are the task's worker grid";
        }
        String padded = "64 in the first dimension, of which global is rounded up to a multiple";
        return cpu ? "1, and for more than 4096 work-items " + padded : padded;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
