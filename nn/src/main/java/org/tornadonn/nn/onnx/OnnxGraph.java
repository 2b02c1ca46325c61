package org.tornadonn.nn.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.tornadonn.nn.ProtocolBuffer;

/** Writes graphs in ONNX's form (onnx.ai, onnx.proto). An axis of -1 is the batch, of any size. */
public final class OnnxGraph {
    private static final int IR_VERSION = 9;
    private static final int OPSET = 20;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    /** An attribute of a node. */
    public record Attribute(ProtocolBuffer message) {
        public static Attribute integer(String name, long value) {
            return new Attribute(
                    new ProtocolBuffer().text(1, name).number(3, value).number(20, 2));
        }

        public static Attribute integers(String name, long... values) {
            ProtocolBuffer message = new ProtocolBuffer().text(1, name);
            for (long value : values) {
                message.number(8, value);
            }
            return new Attribute(message.number(20, 7));
        }

        public static Attribute real(String name, float value) {
            return new Attribute(
                    new ProtocolBuffer().text(1, name).real32(2, value).number(20, 1));
        }
    }

    private final ProtocolBuffer graph = new ProtocolBuffer();
    private int values;

    /** Adds a node with one output, whose new name it returns. */
    public String node(String type, List<String> inputs, Attribute... attributes) {
        String output = type + values++;
        node(type, inputs, output, attributes);
        return output;
    }

    /** Adds a node with an output of a given name. */
    public OnnxGraph node(String type, List<String> inputs, String output, Attribute... attributes) {
        ProtocolBuffer node = new ProtocolBuffer();
        inputs.forEach(i -> node.text(1, i));
        node.text(2, output).text(4, type);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.message());
        }
        graph.message(1, node);
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
        ProtocolBuffer tensor = new ProtocolBuffer();
        for (long axis : shape) {
            tensor.number(1, axis);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return name;
    }

    public OnnxGraph input(String name, long... shape) {
        graph.message(11, value(name, shape));
        return this;
    }

    public OnnxGraph output(String name, long... shape) {
        graph.message(12, value(name, shape));
        return this;
    }

    /** The whole file. */
    public byte[] model(Map<String, String> metadata) {
        ProtocolBuffer model = new ProtocolBuffer()
                .number(1, IR_VERSION)
                .text(2, "tornado-nn")
                .message(7, graph.text(2, "graph"))
                .message(8, new ProtocolBuffer().text(1, "").number(2, OPSET));
        metadata.forEach((key, value) ->
                model.message(14, new ProtocolBuffer().text(1, key).text(2, value)));
        return model.toByteArray();
    }

    private static ProtocolBuffer value(String name, long... shape) {
        ProtocolBuffer dims = new ProtocolBuffer();
        for (long axis : shape) {
            dims.message(1, axis < 0 ? new ProtocolBuffer().text(2, "batch") : new ProtocolBuffer().number(1, axis));
        }
        ProtocolBuffer tensor = new ProtocolBuffer().number(1, FLOAT).message(2, dims);
        return new ProtocolBuffer().text(1, name).message(2, new ProtocolBuffer().message(1, tensor));
    }
}
