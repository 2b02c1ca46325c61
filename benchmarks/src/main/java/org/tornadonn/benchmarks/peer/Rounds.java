package org.tornadonn.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.measure.Sampling;
import org.tornadonn.benchmarks.measure.Timing;

/**
 * All contenders of a duel in turn, round by round, so that what disturbs the machine disturbs all alike. Before each turn there is
 * a pause, since OpenMP's threads keep the cores for a while after their work.
 */
public final class Rounds {
    private static final long PAUSE_MILLIS = 60;
    /** After a pause a processor, and more so a virtual one, takes some milliseconds to its speed. */
    private static final long WARM_NANOS = 20_000_000;

    private static final double SAME = 2e-3;

    /** A contender's samples, or why it has none. */
    public record Outcome(String contender, Sampling sampling, double firstMillis, String failure) {}

    /** A contender at its work; once it has failed it does nothing more. */
    private static final class Turn {
        private final Peer peer;
        private final List<Timing> samples = new ArrayList<>();
        private Peer.Prepared prepared;
        private double firstMillis = Double.NaN;
        private int repeats;
        private String failure;

        Turn(Peer peer) {
            this.peer = peer;
        }

        private void attempt(Runnable part) {
            if (failure != null) {
                return;
            }
            try {
                part.run();
            } catch (RuntimeException | LinkageError e) {
                failure = "failed: " + e;
            }
        }

        /** Returns the result of the first execution, which must be {@code expected} unless that is null. */
        float[] begin(Duel duel, float[] expected) {
            float[][] result = new float[1][];
            attempt(() -> {
                long start = System.nanoTime();
                prepared = peer.prepare(duel);
                prepared.run();
                firstMillis = (System.nanoTime() - start) / 1e6;
                result[0] = prepared.result();
                failure = duel.training() ? falls(prepared) : difference(expected, result[0]);
            });
            if (failure != null) {
                end();
            }
            return result[0];
        }

        void size(Pace pace) {
            attempt(() -> {
                prepared.run();
                repeats = pace.repeats((long) prepared.time(1).wall());
            });
        }

        void sample() {
            attempt(() -> {
                pause();
                long start = System.nanoTime();
                do {
                    prepared.time(repeats);
                } while (System.nanoTime() - start < WARM_NANOS);
                samples.add(prepared.time(repeats));
            });
        }

        Outcome outcome() {
            return new Outcome(peer.name(), Sampling.of(failure == null ? samples : List.of()), firstMillis, failure);
        }

        void end() {
            if (prepared != null) {
                prepared.close();
                prepared = null;
            }
        }
    }

    private Rounds() {}

    /** @param contenders ours first: its result, compared with double arithmetic elsewhere, is what the others must have */
    public static List<Outcome> play(Duel duel, List<Peer> contenders, Pace pace) {
        List<Turn> turns =
                contenders.stream().filter(p -> p.takes(duel)).map(Turn::new).toList();
        try {
            float[] expected = null;
            for (Turn turn : turns) {
                float[] result = turn.begin(duel, expected);
                expected = expected == null && turn.failure == null ? result : expected;
            }
            turns.forEach(turn -> turn.size(pace));
            int rounds = Math.max(pace.least(), duel.training() ? 0 : pace.most() * 3 / 5);
            for (int round = 0; round < rounds; round++) {
                turns.forEach(Turn::sample);
            }
            return turns.stream().map(Turn::outcome).toList();
        } finally {
            turns.forEach(Turn::end);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the loss of the fixed batch falls. */
    private static String falls(Peer.Prepared prepared) {
        float first = prepared.result()[0];
        for (int i = 0; i < 5; i++) {
            prepared.run();
        }
        float last = prepared.result()[0];
        return last < first ? null : "the loss of a fixed batch went from " + first + " to " + last;
    }

    private static String difference(float[] expected, float[] actual) {
        if (expected == null) {
            return null;
        }
        if (expected.length != actual.length) {
            return "has " + actual.length + " values instead of " + expected.length;
        }
        double largest = 0;
        for (float e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= SAME * largest)) {
                return "value " + i + " is " + actual[i] + " instead of " + expected[i];
            }
        }
        return null;
    }
}
