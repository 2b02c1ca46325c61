package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A model and its optimiser in a safetensors file: tensors by timm's names, AdamW's moments as optimizer.m.NAME and
 * optimizer.v.NAME, and in the metadata the step, the seed and the model's configuration as Json.MAPPER. Written beside the target and
 * renamed, so that a file by the right name is always whole.
 *
 * @param step steps of training done
 */
public record Checkpoint(ModelConfig config, long step, long seed, Map<String, float[]> tensors) {
    private static final int LARGEST_HEADER = 16 << 20;
    private static final String M = "optimizer.m.";
    private static final String V = "optimizer.v.";

    private record Stored(FloatArray array, ParameterTable.Entry entry) {}

    /** Writes the state of a model; {@code seed}: of its data and initial values. */
    public static void save(Model model, long seed, Path file) {
        model.download();
        Map<String, Stored> stored = new LinkedHashMap<>();
        for (ParameterTable.Entry e : model.table().entries()) {
            stored.put(e.name(), new Stored(model.parameters(), e));
        }
        for (ParameterTable.Entry e : model.table().entries()) {
            stored.put(M + e.name(), new Stored(model.firstMoment(), e));
            stored.put(V + e.name(), new Stored(model.secondMoment(), e));
        }
        Map<String, Object> header = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "tornado-nn");
        metadata.put("step", Long.toString(model.step()));
        metadata.put("seed", Long.toString(seed));
        metadata.put("config", Json.MAPPER.writerFor(ModelConfig.class).writeValueAsString(model.config()));
        header.put("__metadata__", metadata);
        long at = 0;
        for (Map.Entry<String, Stored> e : stored.entrySet()) {
            long bytes = 4L * e.getValue().entry().size();
            Map<String, Object> tensor = new LinkedHashMap<>();
            tensor.put("dtype", "F32");
            tensor.put("shape", e.getValue().entry().shape());
            tensor.put("data_offsets", List.of(at, at + bytes));
            header.put(e.getKey(), tensor);
            at += bytes;
        }
        byte[] text = Json.MAPPER.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path part = file.resolveSibling(file.getFileName() + ".part");
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                write(out, length.putLong(text.length).flip());
                write(out, ByteBuffer.wrap(text));
                for (Stored s : stored.values()) {
                    write(
                            out,
                            s.array()
                                    .getSegment()
                                    .asSlice(
                                            4L * s.entry().offset(),
                                            4L * s.entry().size())
                                    .asByteBuffer());
                }
                out.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserException("The checkpoint " + file + " cannot be written: " + e.getMessage());
        }
    }

    private static void write(FileChannel out, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /** @throws UserException where the file is missing, truncated, or not a checkpoint of this project */
    public static Checkpoint load(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(file, in);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new UserException("There is no checkpoint " + file + ".");
        } catch (IOException e) {
            throw new UserException("The checkpoint " + file + " cannot be read: " + e.getMessage());
        }
    }

    private static UserException bad(Path file, String why) {
        return new UserException("The checkpoint " + file + " " + why + ".");
    }

    private static Checkpoint read(Path file, FileChannel in) throws IOException {
        long size = in.size();
        ByteBuffer length = fill(in, 8, file);
        long header = length.getLong();
        if (header < 2 || header > LARGEST_HEADER || header > size - 8) {
            throw bad(file, "is not a safetensors file: its header would have " + header + " bytes");
        }
        JsonNode root;
        ModelConfig config;
        long step;
        long seed;
        try {
            root = Json.MAPPER.readTree(fill(in, (int) header, file).array());
            JsonNode meta = root.path("__metadata__");
            if (!meta.path("format").asString("").equals("tornado-nn")) {
                throw bad(file, "was not written by tornado-nn");
            }
            config = Json.MAPPER.readValue(meta.path("config").asString(""), ModelConfig.class);
            step = Long.parseLong(meta.path("step").asString(""));
            seed = Long.parseLong(meta.path("seed").asString(""));
        } catch (JacksonException | NumberFormatException e) {
            throw bad(file, "has a damaged header");
        }
        ParameterTable table = config.parameters();
        long expected = 3L * 4 * table.size();
        if (size - 8 - header != expected) {
            throw bad(
                    file,
                    "is truncated or damaged: " + (size - 8 - header) + " bytes of tensors where its model needs "
                            + expected);
        }
        Map<String, float[]> tensors = new LinkedHashMap<>();
        for (String prefix : List.of("", M, V)) {
            for (ParameterTable.Entry e : table.entries()) {
                tensors.put(prefix + e.name(), tensor(file, in, root.path(prefix + e.name()), e, 8 + header, expected));
            }
        }
        return new Checkpoint(config, step, seed, tensors);
    }

    private static float[] tensor(
            Path file, FileChannel in, JsonNode node, ParameterTable.Entry entry, long data, long limit)
            throws IOException {
        long begin = node.path("data_offsets").path(0).asLong(-1);
        long end = node.path("data_offsets").path(1).asLong(-1);
        boolean shape = node.path("shape").size() == entry.shape().size();
        for (int i = 0; shape && i < entry.shape().size(); i++) {
            shape = node.path("shape").path(i).asInt(-1) == entry.shape().get(i);
        }
        if (!node.path("dtype").asString("").equals("F32")
                || !shape
                || begin < 0
                || end > limit
                || end - begin != 4L * entry.size()) {
            throw bad(file, "has no F32 tensor " + entry.name() + " of shape " + entry.shape());
        }
        in.position(data + begin);
        float[] values = new float[entry.size()];
        fill(in, 4 * entry.size(), file).asFloatBuffer().get(values);
        return values;
    }

    private static ByteBuffer fill(FileChannel in, int bytes, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (in.read(buffer) < 0) {
                throw bad(file, "is truncated");
            }
        }
        return buffer.flip();
    }

    /** Puts the state into a model of the same configuration that has not been executed yet. */
    public void restore(Model model) {
        if (!model.config().equals(config)) {
            throw new UserException("The checkpoint is of another model: " + config + ", not " + model.config() + ".");
        }
        for (ParameterTable.Entry e : model.table().entries()) {
            put(model.parameters(), e, "");
            put(model.firstMoment(), e, M);
            put(model.secondMoment(), e, V);
        }
        model.resumeAt(step);
    }

    private void put(FloatArray array, ParameterTable.Entry entry, String prefix) {
        float[] values = tensors.get(prefix + entry.name());
        for (int i = 0; i < values.length; i++) {
            array.set(entry.offset() + i, values[i]);
        }
    }
}
