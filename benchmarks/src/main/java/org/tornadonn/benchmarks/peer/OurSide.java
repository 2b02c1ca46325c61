package org.tornadonn.benchmarks.peer;

import static org.tornadonn.kernels.GeluKernel.Form.EXACT;
import static org.tornadonn.kernels.PointwiseKernel.Function.TANH;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.benchmarks.measure.TrainingStep;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.kernels.AttentionKernel;
import org.tornadonn.kernels.DepthwiseConvKernel;
import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.LayerNormKernel;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.PointwiseKernel;
import org.tornadonn.kernels.RmsNormKernel;
import org.tornadonn.kernels.Shape;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.SoftmaxKernel;
import org.tornadonn.kernels.Stage;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Our kernels and models as a contender, on a device. */
public final class OurSide implements Peer {
    private final TornadoDevice device;

    public OurSide(TornadoDevice device) {
        this.device = device;
    }

    @Override
    public String name() {
        return Measurement.OURS;
    }

    @Override
    public boolean runsOn(TornadoDevice other) {
        return other.equals(device);
    }

    @Override
    public boolean takes(Duel duel) {
        return true;
    }

    @Override
    public Prepared prepare(Duel duel) {
        return duel.training() ? new Steps(device, duel) : new Tasks(device).of(duel);
    }

    private static final class Steps implements Prepared {
        private final TrainingStep step;
        private float loss;

        Steps(TornadoDevice device, Duel duel) {
            step = new TrainingStep(device, duel.setting());
        }

        @Override
        public void run() {
            loss = step.train();
        }

        @Override
        public float[] result() {
            return new float[] {loss};
        }

        @Override
        public void close() {
            step.close();
        }
    }

    private static final class Tasks {
        private final List<FloatArray> inputs = new ArrayList<>();
        private final TornadoDevice device;
        private final Stage s;

        Tasks(TornadoDevice device) {
            this.device = device;
            s = new Stage("duel", new GridScheduler(), Shape.of(device));
        }

        Prepared of(Duel duel) {
            Slice result = switch (duel.op()) {
                case "matmul" -> matmul(duel);
                case "attention" -> attention(duel);
                case "depthwise" -> depthwise(duel);
                default -> rows(duel);
            };
            s.graph()
                    .transferToDevice(DataTransferMode.FIRST_EXECUTION, inputs.toArray())
                    .transferToHost(DataTransferMode.UNDER_DEMAND, result.array());
            s.select(0);
            return new Launches(s.plan(device), result.array(), device);
        }

        private Slice input(float... values) {
            FloatArray array = FloatArray.fromArray(values);
            inputs.add(array);
            return Slice.of(array);
        }

        private static Slice room(int size) {
            return Slice.of(new FloatArray(size));
        }

        private Slice matmul(Duel duel) {
            int rows = duel.rows();
            int in = duel.channels();
            int out = duel.out();
            return switch (duel.pass()) {
                case Duel.INPUT -> {
                    Slice dX = room(rows * in);
                    MatMulKernel.linearBackwardInput(
                            s, "op", dX, input(duel.upstream()), input(duel.w()), Epilogue.NONE, rows, in, out);
                    yield dX;
                }
                case Duel.WEIGHT -> {
                    Slice dW = room(out * in);
                    MatMulKernel.linearBackwardWeight(
                            s, "op", dW, input(duel.upstream()), input(duel.x()), rows, in, out);
                    yield dW;
                }
                default -> {
                    Slice y = room(rows * out);
                    MatMulKernel.linear(s, "op", y, input(duel.x()), input(duel.w()), Epilogue.NONE, rows, in, out);
                    yield y;
                }
            };
        }

        private Slice attention(Duel duel) {
            int batch = duel.size()[0];
            int tokens = duel.size()[1];
            int heads = duel.size()[2];
            int d = duel.size()[3];
            Slice qkv = input(duel.x());
            Slice o = room(batch * tokens * heads * d);
            Slice lse = room(batch * heads * tokens);
            AttentionKernel.forward(s, "op", o, lse, qkv, batch, tokens, heads, d, false);
            if (!duel.both()) {
                return o;
            }
            Slice dQkv = room(3 * batch * tokens * heads * d);
            Slice up = input(duel.upstream());
            AttentionKernel.backward(s, "back", dQkv, up, qkv, o, lse, batch, tokens, heads, d, false);
            return dQkv;
        }

        private Slice depthwise(Duel duel) {
            int batch = duel.size()[0];
            int side = duel.size()[1];
            int c = duel.size()[2];
            Slice x = input(duel.x());
            Slice w = input(duel.w());
            Slice y = room(batch * side * side * c);
            DepthwiseConvKernel.forward(s, "op", y, x, w, input(duel.beta()), batch, side, c, Duel.K);
            if (!duel.both()) {
                return y;
            }
            Slice dX = room(batch * side * side * c);
            Slice up = input(duel.upstream());
            DepthwiseConvKernel.backwardInput(s, "back", dX, up, w, null, batch, side, c, Duel.K);
            Slice dW = room(c * Duel.K * Duel.K);
            DepthwiseConvKernel.backwardWeights(s, "weights", dW, room(c), up, x, batch, side, c, Duel.K);
            return dX;
        }

        private Slice rows(Duel duel) {
            int rows = duel.rows();
            int c = duel.channels();
            Slice x = input(duel.x());
            Slice y = room(rows * c);
            Slice gamma = input(duel.gamma());
            Slice beta = input(duel.beta());
            Slice alpha = input(Duel.ALPHA);
            Slice mean = room(rows);
            Slice rstd = room(rows);
            switch (duel.op()) {
                case "gelu" -> GeluKernel.forward(s, "op", EXACT, y, x, rows * c);
                case "softmax" -> SoftmaxKernel.forward(s, "op", y, x, rows, c);
                case "dyt" -> PointwiseKernel.forward(s, "op", TANH, y, x, alpha, null, gamma, beta, rows, c);
                case "rmsnorm" -> RmsNormKernel.forward(s, "op", y, rstd, x, gamma, rows, c, Duel.EPS);
                case "layernorm" -> LayerNormKernel.forward(s, "op", y, mean, rstd, x, gamma, beta, rows, c, Duel.EPS);
                default -> throw new IllegalArgumentException(duel.op());
            }
            if (!duel.both()) {
                return y;
            }
            Slice dX = room(rows * c);
            Slice dGamma = room(c);
            Slice dBeta = room(c);
            Slice up = input(duel.upstream());
            switch (duel.op()) {
                case "gelu" -> GeluKernel.backward(s, "back", EXACT, dX, up, x, rows * c);
                case "softmax" -> SoftmaxKernel.backward(s, "back", dX, up, y, rows, c);
                case "dyt" ->
                    PointwiseKernel.backward(
                            s, "back", TANH, dX, room(1), null, dGamma, dBeta, up, x, alpha, null, gamma, null, rows,
                            c);
                case "rmsnorm" -> RmsNormKernel.backward(s, "back", dX, dGamma, up, x, gamma, rstd, null, rows, c);
                default ->
                    LayerNormKernel.backward(s, "back", dX, dGamma, dBeta, up, x, gamma, mean, rstd, null, rows, c);
            }
            return dX;
        }
    }
}
