package org.tornadonn.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.benchmarks.peer.Peer;
import org.tornadonn.nn.onnx.OnnxGraph;
import org.tornadonn.nn.onnx.OnnxGraph.Attribute;

/** ONNX Runtime on the CPU, with as many threads as there are processors: products, and forward of row-wise ops. */
public final class OnnxPeer implements Peer {
    private static final Set<String> ROW_WISE = Set.of("layernorm", "rmsnorm", "dyt", "softmax", "gelu");

    @Override
    public String name() {
        String version = OrtEnvironment.class.getPackage().getImplementationVersion();
        return "ONNX Runtime" + (version == null ? "" : " " + version);
    }

    @Override
    public boolean takes(Duel duel) {
        return duel.op().equals("matmul") || duel.pass().equals(Duel.FORWARD) && ROW_WISE.contains(duel.op());
    }

    @Override
    public Prepared prepare(Duel duel) {
        try {
            return new Session(duel);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Session implements Prepared {
        private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
        private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        private final OrtSession session;
        private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        private final OnnxTensor output;
        private final FloatBuffer values;

        Session(Duel duel) throws OrtException {
            int rows = duel.rows();
            int c = duel.channels();
            int[] shape = {rows, c};
            OnnxGraph model = new OnnxGraph();
            if (!duel.op().equals("matmul")) {
                input(model, "x", duel.x(), rows, c);
            }
            switch (duel.op()) {
                case "matmul" -> shape = product(model, duel);
                case "softmax" -> model.node("Softmax", List.of("x"), "y", Attribute.integer("axis", 1));
                case "rmsnorm" -> {
                    input(model, "gamma", duel.gamma(), c);
                    String eps = model.constant("eps", List.of(1), new float[] {Duel.EPS});
                    String square = model.node("Mul", List.of("x", "x"));
                    String mean = model.node("ReduceMean", List.of(square, model.integers(1)));
                    String root = model.node("Sqrt", List.of(model.node("Add", List.of(mean, eps))));
                    model.node("Mul", List.of(model.node("Div", List.of("x", root)), "gamma"), "y");
                }
                case "gelu" -> model.node("Gelu", List.of("x"), "y");
                case "layernorm" -> {
                    input(model, "gamma", duel.gamma(), c);
                    input(model, "beta", duel.beta(), c);
                    model.node(
                            "LayerNormalization",
                            List.of("x", "gamma", "beta"),
                            "y",
                            Attribute.integer("axis", 1),
                            Attribute.real("epsilon", Duel.EPS));
                }
                case "dyt" -> {
                    input(model, "alpha", new float[] {Duel.ALPHA}, 1);
                    input(model, "gamma", duel.gamma(), c);
                    input(model, "beta", duel.beta(), c);
                    model.node("Mul", List.of("x", "alpha"), "scaled")
                            .node("Tanh", List.of("scaled"), "t")
                            .node("Mul", List.of("t", "gamma"), "g")
                            .node("Add", List.of("g", "beta"), "y");
                }
                default -> throw new IllegalArgumentException(duel.op());
            }
            model.output("y", shape[0], shape[1]);
            options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
            session = environment.createSession(model.model(Map.of()), options);
            values = room(shape[0] * shape[1]);
            output = OnnxTensor.createTensor(environment, values, new long[] {shape[0], shape[1]});
        }

        /** Returns the result's shape. */
        private int[] product(OnnxGraph model, Duel duel) throws OrtException {
            int rows = duel.rows();
            int in = duel.channels();
            int out = duel.out();
            if (duel.pass().equals(Duel.FORWARD)) {
                input(model, "x", duel.x(), rows, in);
                input(model, "w", duel.w(), out, in);
                model.node("Gemm", List.of("x", "w"), "y", Attribute.integer("transB", 1));
                return new int[] {rows, out};
            }
            input(model, "up", duel.upstream(), rows, out);
            if (duel.pass().equals(Duel.INPUT)) {
                input(model, "w", duel.w(), out, in);
                model.node("Gemm", List.of("up", "w"), "y");
                return new int[] {rows, in};
            }
            input(model, "x", duel.x(), rows, in);
            model.node("Gemm", List.of("up", "x"), "y", Attribute.integer("transA", 1));
            return new int[] {out, in};
        }

        private static FloatBuffer room(int size) {
            return ByteBuffer.allocateDirect(4 * size)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        private void input(OnnxGraph model, String name, float[] numbers, long... shape) throws OrtException {
            model.input(name, shape);
            FloatBuffer buffer = room(numbers.length);
            buffer.put(numbers).rewind();
            inputs.put(name, OnnxTensor.createTensor(environment, buffer, shape));
        }

        @Override
        public void run() {
            try {
                session.run(inputs, Map.<String, OnnxValue>of("y", output)).close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public float[] result() {
            float[] copy = new float[values.capacity()];
            values.get(0, copy);
            return copy;
        }

        @Override
        public void close() {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
            inputs.values().forEach(OnnxTensor::close);
            output.close();
            options.close();
        }
    }
}
