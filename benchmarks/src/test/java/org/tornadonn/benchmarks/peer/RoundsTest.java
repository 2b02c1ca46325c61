package org.tornadonn.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.measure.Timing;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.examples.DeviceChoice;

/** Our side of every duel against plain loops, and contenders that are wrong, fail, or stay out. */
class RoundsTest {
    private static final Pace PACE = Pace.of(Op.Effort.TINY);

    static List<Duel> duels() {
        return Duel.all(Op.Effort.TINY, DeviceChoice.of(null));
    }

    /** Plain loops in double; the gradient as in the papers. */
    private record Loops(String name, double error) implements Peer {
        @Override
        public boolean takes(Duel duel) {
            return !duel.training();
        }

        @Override
        public Prepared prepare(Duel duel) {
            if (error < 0) {
                throw new UnsatisfiedLinkError("no such library");
            }
            return new Prepared() {
                private float[] result;

                @Override
                public void run() {
                    if (Double.isNaN(error)) {
                        throw new UnsupportedOperationException("only one axis");
                    }
                    result = compute(duel);
                    result[result.length / 2] += (float) error;
                }

                @Override
                public float[] result() {
                    return result;
                }

                @Override
                public void close() {}
            };
        }

        private static float[] compute(Duel d) {
            double[] result = d.both() ? gradient(d) : forward(d, doubles(d.x()));
            float[] rounded = new float[result.length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) result[i];
            }
            return rounded;
        }

        /** Central differences of the sum of forward's output times the gradient from above. */
        private static double[] gradient(Duel d) {
            double[] x = doubles(d.x());
            double[] gradient = new double[x.length];
            double step = 1e-5;
            for (int i = 0; i < x.length; i++) {
                double at = x[i];
                x[i] = at + step;
                double more = along(d, x);
                x[i] = at - step;
                gradient[i] = (more - along(d, x)) / (2 * step);
                x[i] = at;
            }
            return gradient;
        }

        private static double along(Duel d, double[] x) {
            double[] y = forward(d, x);
            float[] up = d.upstream();
            double sum = 0;
            for (int i = 0; i < y.length; i++) {
                sum += up[i] * y[i];
            }
            return sum;
        }

        private static double[] doubles(float[] values) {
            double[] wide = new double[values.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = values[i];
            }
            return wide;
        }

        private static double[] forward(Duel d, double[] x) {
            return switch (d.op()) {
                case "matmul" -> product(d, x);
                case "attention" -> attention(d, x);
                case "depthwise" -> depthwise(d, x);
                default -> rows(d, x);
            };
        }

        private static double[] product(Duel d, double[] x) {
            int rows = d.rows();
            int in = d.channels();
            int out = d.out();
            float[] w = d.w();
            float[] up = d.upstream();
            int[] shape = d.pass().equals(Duel.FORWARD)
                    ? new int[] {rows, out, in}
                    : d.pass().equals(Duel.INPUT) ? new int[] {rows, in, out} : new int[] {out, in, rows};
            double[] y = new double[shape[0] * shape[1]];
            for (int i = 0; i < shape[0]; i++) {
                for (int j = 0; j < shape[1]; j++) {
                    for (int k = 0; k < shape[2]; k++) {
                        y[i * shape[1] + j] += switch (d.pass()) {
                            case Duel.FORWARD -> x[i * in + k] * w[j * in + k];
                            case Duel.INPUT -> (double) up[i * out + k] * w[k * in + j];
                            default -> up[k * out + i] * x[k * in + j];
                        };
                    }
                }
            }
            return y;
        }

        private static double[] attention(Duel d, double[] x) {
            int batch = d.size()[0];
            int tokens = d.size()[1];
            int heads = d.size()[2];
            int n = d.size()[3];
            int width = heads * n;
            double[] y = new double[batch * tokens * width];
            for (int item = 0; item < batch * heads; item++) {
                int at = item / heads * tokens * 3 * width + item % heads * n;
                for (int i = 0; i < tokens; i++) {
                    double[] p = new double[tokens];
                    double sum = 0;
                    for (int j = 0; j < tokens; j++) {
                        for (int k = 0; k < n; k++) {
                            p[j] += x[at + i * 3 * width + k] * x[at + j * 3 * width + width + k] / Math.sqrt(n);
                        }
                        p[j] = Math.exp(p[j]);
                        sum += p[j];
                    }
                    for (int j = 0; j < tokens; j++) {
                        for (int k = 0; k < n; k++) {
                            y[(item / heads * tokens + i) * width + item % heads * n + k] +=
                                    p[j] / sum * x[at + j * 3 * width + 2 * width + k];
                        }
                    }
                }
            }
            return y;
        }

        private static double[] depthwise(Duel d, double[] x) {
            int batch = d.size()[0];
            int side = d.size()[1];
            int c = d.size()[2];
            float[] w = d.w();
            float[] bias = d.beta();
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                int channel = i % c;
                int column = i / c % side;
                int row = i / c / side % side;
                y[i] = bias[channel];
                for (int a = -3; a <= 3; a++) {
                    for (int b = -3; b <= 3; b++) {
                        if (row + a >= 0 && row + a < side && column + b >= 0 && column + b < side) {
                            y[i] += w[(channel * 7 + a + 3) * 7 + b + 3] * x[i + (a * side + b) * c];
                        }
                    }
                }
            }
            return y;
        }

        private static double[] rows(Duel d, double[] x) {
            int c = d.channels();
            float[] gamma = d.gamma();
            float[] beta = d.beta();
            double[] y = new double[x.length];
            for (int from = 0; from < x.length; from += c) {
                double mean = 0;
                double square = 0;
                double exponentials = 0;
                for (int j = 0; j < c; j++) {
                    mean += x[from + j] / c;
                    square += x[from + j] * x[from + j] / c;
                    exponentials += Math.exp(x[from + j]);
                }
                double rstd = 1 / Math.sqrt(square - mean * mean + Duel.EPS);
                for (int j = 0; j < c; j++) {
                    double v = x[from + j];
                    y[from + j] = switch (d.op()) {
                        case "gelu" -> v * phi(v);
                        case "softmax" -> Math.exp(v) / exponentials;
                        case "dyt" -> gamma[j] * Math.tanh(Duel.ALPHA * v) + beta[j];
                        case "rmsnorm" -> gamma[j] * v / Math.sqrt(square + Duel.EPS);
                        default -> gamma[j] * (v - mean) * rstd + beta[j];
                    };
                }
            }
            return y;
        }

        private static double phi(double x) {
            double sum = 0;
            double term = x;
            for (int n = 1; n < 120; n++) {
                sum += term;
                term *= x * x / (2 * n + 1);
            }
            return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        }
    }

    /** Its device's clock runs at half the speed of the program's; it ends after some executions. */
    private record Clock(String name, int most) implements Peer {
        @Override
        public boolean takes(Duel duel) {
            return true;
        }

        @Override
        public Prepared prepare(Duel duel) {
            return new Prepared() {
                private int done;

                @Override
                public void run() {
                    if (done++ == most) {
                        throw new IllegalStateException("it broke");
                    }
                }

                @Override
                public Timing time(int repeats) {
                    run();
                    return new Timing(1000, 500);
                }

                @Override
                public float[] result() {
                    return new float[] {1};
                }

                @Override
                public void close() {}
            };
        }
    }

    @Test
    void timesOnTheDeviceStandBesideThoseOfTheProgram() {
        List<Rounds.Outcome> outcomes =
                Rounds.play(duels().getFirst(), List.of(new Clock("whole", 1 << 30), new Clock("breaks", 4)), PACE);
        assertEquals(List.of(1000.0, 1000.0), outcomes.getFirst().sampling().wall());
        assertEquals(List.of(500.0, 500.0), outcomes.getFirst().sampling().kernel());
        assertEquals(
                "failed: java.lang.IllegalStateException: it broke",
                outcomes.get(1).failure());
        assertTrue(outcomes.get(1).sampling().wall().isEmpty(), "what broke between rounds has no figure");
    }

    @ParameterizedTest
    @MethodSource("duels")
    void everyDuel(Duel duel) {
        List<Peer> contenders = List.of(
                new OurSide(DeviceChoice.of(null)),
                new Loops("right", 0),
                new Loops("wrong", 0.5),
                new Loops("absent", -1),
                new Loops("unable", Double.NaN));
        List<Rounds.Outcome> outcomes = Rounds.play(duel, contenders, PACE);
        assertEquals(duel.training() ? 1 : 5, outcomes.size());
        assertNull(outcomes.getFirst().failure(), "ours");
        assertEquals(2, outcomes.getFirst().sampling().wall().size());
        if (!duel.training()) {
            assertNull(outcomes.get(1).failure(), "plain loops agree with us");
            assertNotNull(outcomes.get(2).failure(), "a wrong result is not timed");
            assertTrue(outcomes.get(2).sampling().wall().isEmpty());
            assertTrue(outcomes.get(3).failure().contains("no such library"));
            assertTrue(outcomes.get(4).failure().contains("only one axis"));
        }
        assertTrue(duel.bytes() > 0 && duel.operations() > 0);
    }
}
