package org.tornadonn.benchmarks.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.examples.DeviceChoice;

/** Our side of every duel against plain loops, and contenders that are wrong, fail, or stay out. */
class RoundsTest {
    private static final Pace PACE = Pace.of(Op.Effort.TINY);

    static List<Duel> duels() {
        return Duel.all(Op.Effort.TINY);
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
            float[] x = d.x();
            int rows = d.rows();
            int c = d.channels();
            int n = d.op().equals("matmul") ? d.out() : c;
            boolean both = d.pass().equals(Duel.BOTH);
            float[] y = new float[rows * n];
            for (int r = 0; r < rows; r++) {
                double mean = 0;
                double square = 0;
                for (int j = 0; j < c; j++) {
                    mean += x[r * c + j] / (double) c;
                    square += x[r * c + j] * (double) x[r * c + j] / c;
                }
                double rstd = 1 / Math.sqrt(square - mean * mean + Duel.EPS);
                double meanG = 0;
                double meanGx = 0;
                for (int j = 0; j < c; j++) {
                    double g = d.gamma()[j] * (double) d.upstream()[r * c + j];
                    meanG += g / c;
                    meanGx += g * (x[r * c + j] - mean) * rstd / c;
                }
                for (int j = 0; j < n; j++) {
                    double value = 0;
                    if (d.op().equals("matmul")) {
                        for (int k = 0; k < c; k++) {
                            value += x[r * c + k] * (double) d.w()[j * c + k];
                        }
                    } else {
                        double v = x[r * c + j];
                        double up = d.upstream()[r * c + j];
                        double gamma = d.gamma()[j];
                        double t = Math.tanh(Duel.ALPHA * v);
                        double unit = (v - mean) * rstd;
                        value = switch (d.op()) {
                            case "gelu" -> v * phi(v);
                            case "dyt" -> both ? Duel.ALPHA * gamma * up * (1 - t * t) : gamma * t + d.beta()[j];
                            default -> both ? rstd * (gamma * up - meanG - unit * meanGx) : gamma * unit + d.beta()[j];
                        };
                    }
                    y[r * n + j] = (float) value;
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

    @ParameterizedTest
    @MethodSource("duels")
    void everyDuel(Duel duel) {
        List<Peer> contenders = List.of(
                new OurSide(DeviceChoice.of(null)),
                new Loops("right", 0),
                new Loops("wrong", 0.5),
                new Loops("absent", -1));
        List<Rounds.Outcome> outcomes = Rounds.play(duel, contenders, PACE);
        assertEquals(duel.training() ? 1 : 4, outcomes.size());
        assertNull(outcomes.getFirst().failure(), "ours");
        assertEquals(2, outcomes.getFirst().wall().size());
        if (!duel.training()) {
            assertNull(outcomes.get(1).failure(), "plain loops agree with us");
            assertNotNull(outcomes.get(2).failure(), "a wrong result is not timed");
            assertTrue(outcomes.get(2).wall().isEmpty());
            assertTrue(outcomes.get(3).failure().contains("no such library"));
        }
        assertTrue(duel.bytes() > 0 && duel.operations() > 0);
    }
}
