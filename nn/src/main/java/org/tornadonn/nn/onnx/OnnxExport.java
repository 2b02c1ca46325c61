package org.tornadonn.nn.onnx;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.onnx.OnnxGraph.Attribute;
import org.tornadonn.nn.vit.VitConfig;

/**
 * A model as an ONNX graph from images [batch, channels, size, size], normalised as in training, to logits [batch, classes]. The
 * parameters are its constants, by timm's names.
 */
public final class OnnxExport {
    /** Protocol buffers of two gigabytes cannot be read, and 200 million parameters are 0.8 GB in each of our copies. */
    private static final int MOST_PARAMETERS = 200_000_000;

    private static final float EPS = 1e-6f;

    private final OnnxGraph graph = new OnnxGraph();
    private final ParameterTable table;
    private final Function<String, float[]> values;
    private final Norm norm;

    private OnnxExport(ModelConfig config, Function<String, float[]> values) {
        this.table = config.parameters();
        this.values = values;
        this.norm = config.norm();
    }

    /**
     * The bytes of an ONNX file.
     *
     * @param values a parameter by its name
     * @param classNames kept in the file's metadata as {@code classes}, separated by commas
     */
    public static byte[] export(ModelConfig config, Function<String, float[]> values, List<String> classNames) {
        if (config.parameters().size() > MOST_PARAMETERS) {
            throw new UserException("The model has more than 200 million parameters, too many for one ONNX file.");
        }
        OnnxExport export = new OnnxExport(config, values);
        export.graph.input("images", -1, config.channels(), config.imageSize(), config.imageSize());
        export.graph.output("logits", -1, config.classes());
        switch (config) {
            case VitConfig vit -> export.vit(vit);
            case ConvNextConfig convNext -> export.convNext(convNext);
            default ->
                throw new UserException(
                        "There is no ONNX form of " + config.getClass().getSimpleName() + ".");
        }
        return export.graph.model(Map.of("classes", String.join(",", classNames)));
    }

    private void vit(VitConfig c) {
        int width = c.width();
        String patches = conv("images", "patch_embed.proj.", c.patch(), 0, 1);
        patches = node("Reshape", patches, graph.integers(0, width, -1));
        patches = transpose(patches, 0, 2, 1);
        String batch = node("Shape", List.of(patches), Attribute.integer("end", 1));
        String shape =
                node("Concat", List.of(batch, graph.integers(1), graph.integers(width)), Attribute.integer("axis", 0));
        String token = node("Expand", parameter("cls_token"), shape);
        String x = node("Concat", List.of(token, patches), Attribute.integer("axis", 1));
        x = node("Add", x, parameter("pos_embed"));
        for (int i = 0; i < c.depth(); i++) {
            String block = "blocks." + i + ".";
            x = node("Add", x, attention(c, norm(x, block + "norm1."), block + "attn."));
            x = node("Add", x, mlp(norm(x, block + "norm2."), block + "mlp.", width, c.mlp()));
        }
        int first = c.pool() == VitConfig.Pool.TOKEN ? 0 : 1;
        int end = c.pool() == VitConfig.Pool.TOKEN ? 1 : Integer.MAX_VALUE;
        x = node("Slice", x, graph.integers(first), graph.integers(end), graph.integers(1));
        x = mean(x, 1);
        head(norm(x, c.headNorm()), "head.", width, c.classes());
    }

    private String attention(VitConfig c, String x, String prefix) {
        String qkv = linear(x, prefix + "qkv.", c.width(), 3 * c.width());
        qkv = node("Reshape", qkv, graph.integers(0, c.tokens(), 3, c.heads(), c.headDim()));
        qkv = transpose(qkv, 2, 0, 3, 1, 4);
        String q = part(qkv, 0);
        String k = part(qkv, 1);
        String v = part(qkv, 2);
        String scores = node("MatMul", q, transpose(k, 0, 1, 3, 2));
        String scale = graph.constant(prefix + "scale", List.of(1), new float[] {(float) (1 / Math.sqrt(c.headDim()))});
        String weights = node("Softmax", List.of(node("Mul", scores, scale)), Attribute.integer("axis", -1));
        String o = transpose(node("MatMul", weights, v), 0, 2, 1, 3);
        o = node("Reshape", o, graph.integers(0, c.tokens(), c.width()));
        return linear(o, prefix + "proj.", c.width(), c.width());
    }

    /** One of q, k, v [batch, heads, tokens, headDim] of a stack of the three. */
    private String part(String qkv, int which) {
        String one = node("Gather", List.of(qkv, graph.integers(which)), Attribute.integer("axis", 0));
        return node("Squeeze", one, graph.integers(0));
    }

    private void convNext(ConvNextConfig c) {
        String x = conv("images", "stem.0.", c.patch(), 0, 1);
        x = channelsFirst(norm(channelsLast(x), "stem.1."));
        for (int i = 0; i < c.stages(); i++) {
            String stage = "stages." + i + ".";
            int width = c.dims().get(i);
            if (i > 0) {
                x = channelsFirst(norm(channelsLast(x), stage + "downsample.0."));
                x = conv(x, stage + "downsample.1.", 2, 0, 1);
            }
            for (int j = 0; j < c.depths().get(i); j++) {
                String block = stage + "blocks." + j + ".";
                String y = channelsLast(conv(x, block + "conv_dw.", 1, ConvNextConfig.KERNEL / 2, width));
                y = mlp(norm(y, block + "norm."), block + "mlp.", width, ConvNextConfig.EXPANSION * width);
                x = node("Add", x, channelsFirst(node("Mul", y, parameter(block + "gamma"))));
            }
        }
        head(norm(mean(x, 2, 3), "head.norm."), "head.fc.", c.dims().getLast(), c.classes());
    }

    private String norm(String x, String prefix) {
        String weight = parameter(prefix + "weight");
        return switch (norm) {
            case LAYER_NORM ->
                node(
                        "LayerNormalization",
                        List.of(x, weight, parameter(prefix + "bias")),
                        Attribute.integer("axis", -1),
                        Attribute.real("epsilon", EPS));
            // Opset 23 has a node for it.
            case RMS_NORM -> {
                String square = node(
                        "ReduceMean", List.of(node("Mul", x, x), graph.integers(-1)), Attribute.integer("keepdims", 1));
                String eps = graph.constant(prefix + "eps", List.of(1), new float[] {EPS});
                yield node("Mul", node("Div", x, node("Sqrt", node("Add", square, eps))), weight);
            }
            default -> {
                String z = norm.hasAlpha() ? node("Mul", x, parameter(prefix + "alpha")) : x;
                z = norm.hasShift() ? node("Add", z, parameter(prefix + "shift")) : z;
                yield node("Add", node("Mul", squashed(z, prefix), weight), parameter(prefix + "bias"));
            }
        };
    }

    private String squashed(String z, String prefix) {
        return switch (norm.function()) {
            case TANH -> node("Tanh", z);
            case HARDTANH -> node("Clip", z, scalar(prefix + "least", -1f), scalar(prefix + "most", 1f));
            case SIGMOID -> node("Sigmoid", z);
            case ERF -> node("Erf", z);
            case ISRU -> node("Div", z, node("Sqrt", node("Add", scalar(prefix + "one", 1f), node("Mul", z, z))));
            case ARCTAN -> node("Mul", node("Atan", z), scalar(prefix + "scale", (float) (2 / Math.PI)));
            case IDENTITY -> z;
        };
    }

    private String scalar(String name, float value) {
        return graph.constant(name, List.of(), new float[] {value});
    }

    private String mlp(String x, String prefix, int width, int hidden) {
        String h = node("Gelu", linear(x, prefix + "fc1.", width, hidden));
        return linear(h, prefix + "fc2.", hidden, width);
    }

    /** y = x weightᵀ + bias; a 1 x 1 convolution's weight is a matrix too. */
    private String linear(String x, String prefix, int in, int out) {
        String weight = graph.constant(prefix + "weight", List.of(out, in), values.apply(prefix + "weight"));
        return node("Add", node("MatMul", x, transpose(weight, 1, 0)), parameter(prefix + "bias"));
    }

    private void head(String x, String prefix, int in, int classes) {
        graph.node("Identity", List.of(linear(x, prefix, in, classes)), "logits");
    }

    private String conv(String x, String prefix, int stride, int pad, int group) {
        return node(
                "Conv",
                List.of(x, parameter(prefix + "weight"), parameter(prefix + "bias")),
                Attribute.integers("strides", stride, stride),
                Attribute.integers("pads", pad, pad, pad, pad),
                Attribute.integer("group", group));
    }

    private String mean(String x, long... axes) {
        return node("ReduceMean", List.of(x, graph.integers(axes)), Attribute.integer("keepdims", 0));
    }

    private String channelsLast(String x) {
        return transpose(x, 0, 2, 3, 1);
    }

    private String channelsFirst(String x) {
        return transpose(x, 0, 3, 1, 2);
    }

    private String transpose(String x, long... axes) {
        return node("Transpose", List.of(x), Attribute.integers("perm", axes));
    }

    private String parameter(String name) {
        return graph.constant(name, table.entry(name).shape(), values.apply(name));
    }

    private String node(String type, String... inputs) {
        return node(type, List.of(inputs));
    }

    private String node(String type, List<String> inputs, Attribute... attributes) {
        return graph.node(type, inputs, attributes);
    }
}
