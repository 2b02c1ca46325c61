package org.tornadonn.benchmarks.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes small models in ONNX's form, which are protocol buffers: enough for one op with its inputs and one output. */
final class OnnxModel {
    private static final int IR_VERSION = 9;
    private static final int OPSET = 20;

    private final ByteArrayOutputStream graph = new ByteArrayOutputStream();

    /** Adds a node; attributes as made by {@link #integer} and {@link #number}. */
    OnnxModel node(String type, List<String> inputs, String output, byte[]... attributes) {
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

    OnnxModel input(String name, long... shape) {
        bytes(graph, 11, value(name, shape));
        return this;
    }

    OnnxModel output(String name, long... shape) {
        bytes(graph, 12, value(name, shape));
        return this;
    }

    byte[] model() {
        text(graph, 2, "op");
        ByteArrayOutputStream opset = new ByteArrayOutputStream();
        text(opset, 1, "");
        number(opset, 2, OPSET);
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        number(model, 1, IR_VERSION);
        bytes(model, 7, graph.toByteArray());
        bytes(model, 8, opset.toByteArray());
        return model.toByteArray();
    }

    static byte[] integer(String name, long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text(out, 1, name);
        number(out, 3, value);
        number(out, 20, 2);
        return out.toByteArray();
    }

    static byte[] number(String name, float value) {
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
            number(dim, 1, axis);
            bytes(dims, 1, dim.toByteArray());
        }
        ByteArrayOutputStream tensor = new ByteArrayOutputStream();
        number(tensor, 1, 1);
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
