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
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.benchmarks.peer.Peer;
import org.tornadonn.nn.onnx.OnnxGraph;
import org.tornadonn.nn.onnx.OnnxGraph.Attribute;

/** ONNX Runtime on the CPU, with as many threads as there are processors: forward only. */
public final class OnnxPeer implements Peer {
    @Override
    public String name() {
        String version = OrtEnvironment.class.getPackage().getImplementationVersion();
        return "ONNX Runtime" + (version == null ? "" : " " + version);
    }

    @Override
    public boolean takes(Duel duel) {
        return duel.pass().equals(Duel.FORWARD);
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
            int out = duel.op().equals("matmul") ? duel.out() : c;
            OnnxGraph model = new OnnxGraph();
            input(model, "x", duel.x(), rows, c);
            switch (duel.op()) {
                case "matmul" -> {
                    input(model, "w", duel.w(), out, c);
                    model.node("Gemm", List.of("x", "w"), "y", Attribute.integer("transB", 1));
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
            model.output("y", rows, out);
            options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
            session = environment.createSession(model.model(Map.of()), options);
            values = room(rows * out);
            output = OnnxTensor.createTensor(environment, values, new long[] {rows, out});
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
