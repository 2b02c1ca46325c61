package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A safetensors file (github.com/huggingface/safetensors): eight bytes of header length, a JSON header of names, types, shapes and
 * places, then the tensors. A file is refused, before anything is allocated for a tensor, unless its header is JSON without
 * repeated names and its tensors lie inside the file, have the bytes that their shapes need, and leave no hole and no overlap.
 */
public final class Safetensors {
    private static final int LARGEST_HEADER = 16 << 20;
    private static final String METADATA = "__metadata__";
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** How the numbers of a tensor are stored; what is read becomes float32. */
    private enum Type {
        F64(8),
        F32(4),
        F16(2),
        BF16(2);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        static Type of(String name) {
            for (Type type : values()) {
                if (type.name().equals(name)) {
                    return type;
                }
            }
            return null;
        }

        float read(ByteBuffer from) {
            return switch (this) {
                case F64 -> (float) from.getDouble();
                case F32 -> from.getFloat();
                case F16 -> Float.float16ToFloat(from.getShort());
                case BF16 -> Float.intBitsToFloat(from.getShort() << 16);
            };
        }
    }

    /**
     * A tensor to be written.
     *
     * @param data its numbers, little endian float32
     */
    record Tensor(List<Integer> shape, ByteBuffer data) {}

    private record Place(String type, List<Integer> shape, long begin, long end) {}

    private final Path file;
    private final long data;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Place> places = new LinkedHashMap<>();

    private Safetensors(Path file, long data) {
        this.file = file;
        this.data = data;
    }

    /** Reads and checks the header. */
    public static Safetensors open(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            long length = size < 8 ? -1 : fill(in, 0, 8).getLong();
            if (length < 2 || length > LARGEST_HEADER || length > size - 8) {
                throw bad(file, "is not a safetensors file: its header would have " + length + " bytes");
            }
            Safetensors opened = new Safetensors(file, 8 + length);
            opened.header(STRICT.readTree(fill(in, 8, (int) length).array()), size - 8 - length);
            return opened;
        } catch (NoSuchFileException e) {
            throw new UserException("There is no file " + file + ".");
        } catch (JacksonException e) {
            throw bad(file, "has a damaged header");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private void header(JsonNode root, long size) {
        if (!root.isObject()) {
            throw bad("has a damaged header");
        }
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            JsonNode node = entry.getValue();
            if (entry.getKey().equals(METADATA)) {
                node.properties()
                        .forEach(e -> metadata.put(e.getKey(), e.getValue().asString("")));
            } else {
                places.put(entry.getKey(), place(entry.getKey(), node));
            }
        }
        List<Place> inOrder = new ArrayList<>(places.values());
        inOrder.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
        long end = 0;
        for (Place place : inOrder) {
            if (place.begin() != end) {
                throw bad("is damaged: its tensors overlap or leave holes");
            }
            end = place.end();
        }
        if (end != size) {
            throw bad("is truncated or damaged: it has " + size + " bytes of tensors, and its header says " + end);
        }
    }

    private Place place(String name, JsonNode node) {
        List<Integer> shape = new ArrayList<>();
        long elements = 1;
        for (JsonNode axis : node.path("shape")) {
            if (!axis.isInt() || axis.asInt() < 0) {
                throw bad("has an impossible shape for " + name);
            }
            shape.add(axis.asInt());
            elements = elements > Integer.MAX_VALUE ? elements : elements * axis.asInt();
        }
        JsonNode offsets = node.path("data_offsets");
        if (!node.path("shape").isArray()
                || offsets.size() != 2
                || !node.path("dtype").isString()) {
            throw bad("does not say where " + name + " is");
        }
        String type = node.path("dtype").asString();
        long begin = offsets.path(0).asLong(-1);
        long end = offsets.path(1).asLong(-1);
        Type known = Type.of(type);
        if (begin < 0 || end < begin || known != null && (end - begin) != elements * known.bytes) {
            throw bad("has the wrong number of bytes for " + name);
        }
        return new Place(type, List.copyOf(shape), begin, end);
    }

    /** The header's free texts. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** The shapes of all tensors by name, in the header's order. */
    public Map<String, List<Integer>> shapes() {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        places.forEach((name, place) -> shapes.put(name, place.shape()));
        return shapes;
    }

    /** The numbers of one tensor as float32. */
    public float[] tensor(String name) {
        Place place = places.get(name);
        Type type = place == null ? null : Type.of(place.type());
        if (type == null) {
            throw bad(
                    place == null
                            ? "has no tensor " + name
                            : "stores " + name + " as " + place.type() + ", and F64, F32, F16 and BF16 can be read");
        }
        if (place.end() - place.begin() > Integer.MAX_VALUE) {
            throw bad("has a tensor " + name + " of more than 2 GB");
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = fill(in, data + place.begin(), (int) (place.end() - place.begin()));
            float[] values = new float[bytes.capacity() / type.bytes];
            for (int i = 0; i < values.length; i++) {
                values[i] = type.read(bytes);
            }
            return values;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** That this file is not what it should be. */
    UserException bad(String why) {
        return bad(file, why);
    }

    private static UserException bad(Path file, String why) {
        return new UserException(file + " " + why + ".");
    }

    private static UserException unreadable(Path file, IOException e) {
        return new UserException(file + " cannot be read: " + UserException.reason(e) + ".");
    }

    private static ByteBuffer fill(FileChannel in, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (in.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("it ends early");
            }
        }
        return buffer.flip();
    }

    /** Writes a file beside {@code file} and renames it, so that a file by that name is always whole. */
    static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put(METADATA, metadata);
        long at = 0;
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            long end = at + e.getValue().data().remaining();
            Map<String, Object> tensor = new LinkedHashMap<>();
            tensor.put("dtype", Type.F32.name());
            tensor.put("shape", e.getValue().shape());
            tensor.put("data_offsets", List.of(at, end));
            header.put(e.getKey(), tensor);
            at = end;
        }
        // Readers that map the file want the tensors aligned; spaces behind the JSON are allowed.
        String text = Json.MAPPER.writeValueAsString(header);
        byte[] json = (text + " ".repeat((8 - text.getBytes(StandardCharsets.UTF_8).length % 8) % 8))
                .getBytes(StandardCharsets.UTF_8);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                write(out, length.putLong(json.length).flip());
                write(out, ByteBuffer.wrap(json));
                for (Tensor t : tensors.values()) {
                    write(out, t.data());
                }
                out.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            remove(part);
            throw new UserException("The file " + file + " cannot be written: " + UserException.reason(e)
                    + ". Make room or allow it; what was there by that name is kept.");
        }
    }

    /** Gives back the room of what was written in part; where that fails too, the next file is written over it. */
    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException _) {
            // The first failure is the one to report.
        }
    }

    private static void write(FileChannel out, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }
}
