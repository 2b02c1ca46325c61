package org.tornadonn.nn.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes graphs in ONNX's form (onnx.ai, onnx.proto), which are protocol buffers. An axis of -1 is the batch, of any size. */
public final class OnnxGraph {
    private static final int IR_VERSION = 9;
    private static final int OPSET = 20;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private final ByteArrayOutputStream graph = new ByteArrayOutputStream();
    private int values;

    /** Adds a node with one output, whose new name it returns; attributes as made by {@link #integer} and the like. */
    public String node(String type, List<String> inputs, byte[]... attributes) {
        String output = type + values++;
        node(type, inputs, output, attributes);
        return output;
    }

    /** Adds a node with an output of a given name. */
    public OnnxGraph node(String type, List<String> inputs, String output, byte[]... attributes) {
        ByteArrayOutputStream node = new ByteArrayOutputStream();
        inputs.forEach(i -> text(node, 1, i));
        text(node, 2, output);
        text(node, 4, type);
        for (byte[] attribute : attributes) {
            bytes(node, 5, attribute);
        }
        bytes(graph, 1, node.toByteArray());
        return this;
    }

    /** Adds a constant of floats. */
    public String constant(String name, List<Integer> shape, float[] data) {
        ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(4, data.length)).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(data);
        return constant(name, shape.stream().mapToLong(i -> i).toArray(), FLOAT, raw.array());
    }

    /** Adds a constant vector of integers, such as a shape. */
    public String integers(long... data) {
        ByteBuffer raw = ByteBuffer.allocate(8 * data.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(data);
        return constant("integers" + values++, new long[] {data.length}, INT64, raw.array());
    }

    private String constant(String name, long[] shape, int type, byte[] raw) {
        ByteArrayOutputStream tensor = new ByteArrayOutputStream();
        for (long axis : shape) {
            number(tensor, 1, axis);
        }
        number(tensor, 2, type);
        text(tensor, 8, name);
        bytes(tensor, 9, raw);
        bytes(graph, 5, tensor.toByteArray());
        return name;
    }

    public OnnxGraph input(String name, long... shape) {
        bytes(graph, 11, value(name, shape));
        return this;
    }

    public OnnxGraph output(String name, long... shape) {
        bytes(graph, 12, value(name, shape));
        return this;
    }

    /** The whole file. */
    public byte[] model(Map<String, String> metadata) {
        text(graph, 2, "graph");
        ByteArrayOutputStream opset = new ByteArrayOutputStream();
        text(opset, 1, "");
        number(opset, 2, OPSET);
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        number(model, 1, IR_VERSION);
        text(model, 2, "tornado-nn");
        bytes(model, 7, graph.toByteArray());
        bytes(model, 8, opset.toByteArray());
        metadata.forEach((key, value) -> {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            text(entry, 1, key);
            text(entry, 2, value);
            bytes(model, 14, entry.toByteArray());
        });
        return model.toByteArray();
    }

    public static byte[] integer(String name, long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text(out, 1, name);
        number(out, 3, value);
        number(out, 20, 2);
        return out.toByteArray();
    }

    public static byte[] integers(String name, long... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text(out, 1, name);
        for (long value : values) {
            number(out, 8, value);
        }
        number(out, 20, 7);
        return out.toByteArray();
    }

    public static byte[] number(String name, float value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text(out, 1, name);
        varint(out, 2 << 3 | 5);
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        number(out, 20, 1);
        return out.toByteArray();
    }

    private static byte[] value(String name, long... shape) {
        ByteArrayOutputStream dims = new ByteArrayOutputStream();
        for (long axis : shape) {
            ByteArrayOutputStream dim = new ByteArrayOutputStream();
            if (axis < 0) {
                text(dim, 2, "batch");
            } else {
                number(dim, 1, axis);
            }
            bytes(dims, 1, dim.toByteArray());
        }
        ByteArrayOutputStream tensor = new ByteArrayOutputStream();
        number(tensor, 1, FLOAT);
        bytes(tensor, 2, dims.toByteArray());
        ByteArrayOutputStream type = new ByteArrayOutputStream();
        bytes(type, 1, tensor.toByteArray());
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        text(value, 1, name);
        bytes(value, 2, type.toByteArray());
        return value.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, int field, String text) {
        bytes(out, field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] bytes) {
        varint(out, field << 3 | 2);
        varint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, int field, long value) {
        varint(out, field << 3);
        varint(out, value);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
