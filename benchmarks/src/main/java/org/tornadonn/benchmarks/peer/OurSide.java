package org.tornadonn.benchmarks.peer;

import static org.tornadonn.kernels.PointwiseKernel.Function.TANH;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.benchmarks.measure.TrainingStep;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.kernels.GeluKernel;
import org.tornadonn.kernels.LayerNormKernel;
import org.tornadonn.kernels.MatMulKernel;
import org.tornadonn.kernels.PointwiseKernel;
import org.tornadonn.kernels.Slice;
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
    public boolean takes(Duel duel) {
        return true;
    }

    @Override
    public Prepared prepare(Duel duel) {
        return duel.training() ? new Steps(device, duel) : new Tasks().on(device, duel);
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

        Prepared on(TornadoDevice device, Duel duel) {
            Stage stage = new Stage("duel", new GridScheduler());
            Slice result = tasks(stage, duel);
            stage.graph()
                    .transferToDevice(DataTransferMode.FIRST_EXECUTION, inputs.toArray())
                    .transferToHost(DataTransferMode.UNDER_DEMAND, result.array());
            stage.select(0);
            return new Launches(stage.plan(device), result.array());
        }

        private Slice input(float... values) {
            FloatArray array = FloatArray.fromArray(values);
            inputs.add(array);
            return Slice.of(array);
        }

        private static Slice room(int size) {
            return Slice.of(new FloatArray(size));
        }

        private Slice tasks(Stage s, Duel duel) {
            int rows = duel.rows();
            int c = duel.channels();
            boolean both = duel.pass().equals(Duel.BOTH);
            Slice x = input(duel.x());
            if (duel.op().equals("matmul")) {
                Slice y = room(rows * duel.out());
                MatMulKernel.linear(s, "op", y, x, input(duel.w()), null, null, rows, c, duel.out());
                return y;
            }
            Slice y = room(rows * c);
            if (duel.op().equals("gelu")) {
                GeluKernel.forward(s, "op", GeluKernel.Form.EXACT, y, x, rows * c);
                return y;
            }
            Slice gamma = input(duel.gamma());
            Slice beta = input(duel.beta());
            Slice dX = room(rows * c);
            if (duel.op().equals("dyt")) {
                Slice alpha = input(Duel.ALPHA);
                PointwiseKernel.forward(s, "op", TANH, y, x, alpha, null, gamma, beta, rows, c);
                if (both) {
                    Slice up = input(duel.upstream());
                    PointwiseKernel.backward(
                            s, "back", TANH, dX, room(1), null, room(c), room(c), up, x, alpha, null, gamma, null, rows,
                            c);
                }
            } else {
                Slice mean = room(rows);
                Slice rstd = room(rows);
                LayerNormKernel.forward(s, "op", y, mean, rstd, x, gamma, beta, rows, c, Duel.EPS);
                if (both) {
                    Slice up = input(duel.upstream());
                    LayerNormKernel.backward(s, "back", dX, room(c), room(c), up, x, gamma, mean, rstd, null, rows, c);
                }
            }
            return both ? dX : y;
        }
    }
}
