package org.tornadonn.benchmarks.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.benchmarks.measure.Pace;

/**
 * All contenders of a duel in turn, round by round, so that what disturbs the machine disturbs all alike. Before each turn there is
 * a pause, since OpenMP's threads keep the cores for a while after their work.
 */
public final class Rounds {
    private static final long PAUSE_MILLIS = 60;
    /** After a pause a processor, and more so a virtual one, takes some milliseconds to its speed. */
    private static final long WARM_NANOS = 20_000_000;

    private static final double SAME = 2e-3;

    /** A contender's samples in nanoseconds, or why it has none. */
    public record Outcome(String contender, List<Double> wall, double firstMillis, String failure) {}

    private record Turn(String name, Peer.Prepared prepared, double firstMillis, List<Double> wall, int[] repeats) {}

    private Rounds() {}

    /** @param contenders ours first: its result, compared with double arithmetic elsewhere, is what the others must have */
    public static List<Outcome> play(Duel duel, List<Peer> contenders, Pace pace) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        List<Turn> turns = new ArrayList<>();
        float[] expected = null;
        try {
            for (Peer peer : contenders) {
                if (!peer.takes(duel)) {
                    continue;
                }
                outcomes.put(peer.name(), new Outcome(peer.name(), List.of(), Double.NaN, "did not run"));
                Peer.Prepared prepared = null;
                try {
                    long start = System.nanoTime();
                    prepared = peer.prepare(duel);
                    prepared.run();
                    double first = (System.nanoTime() - start) / 1e6;
                    float[] result = prepared.result();
                    String fault = duel.training() ? falls(prepared) : difference(expected, result);
                    if (fault != null) {
                        outcomes.put(peer.name(), new Outcome(peer.name(), List.of(), first, fault));
                        prepared.close();
                        continue;
                    }
                    expected = expected == null ? result : expected;
                    turns.add(new Turn(peer.name(), prepared, first, new ArrayList<>(), new int[1]));
                } catch (RuntimeException | LinkageError e) {
                    if (prepared != null) {
                        prepared.close();
                    }
                    outcomes.put(peer.name(), new Outcome(peer.name(), List.of(), Double.NaN, "failed: " + e));
                }
            }
            for (Turn turn : turns) {
                turn.prepared().run();
                long start = System.nanoTime();
                turn.prepared().run();
                turn.repeats()[0] = pace.repeats(System.nanoTime() - start);
            }
            int rounds = Math.max(pace.least(), duel.training() ? 0 : pace.most() * 3 / 5);
            for (int round = 0; round < rounds; round++) {
                for (Turn turn : turns) {
                    pause();
                    warmUp(turn.prepared());
                    long start = System.nanoTime();
                    for (int i = 0; i < turn.repeats()[0]; i++) {
                        turn.prepared().run();
                    }
                    turn.wall().add((System.nanoTime() - start) / (double) turn.repeats()[0]);
                }
            }
            for (Turn turn : turns) {
                outcomes.put(turn.name(), new Outcome(turn.name(), turn.wall(), turn.firstMillis(), null));
            }
        } finally {
            turns.forEach(t -> t.prepared().close());
        }
        return List.copyOf(outcomes.values());
    }

    private static void warmUp(Peer.Prepared prepared) {
        long start = System.nanoTime();
        do {
            prepared.run();
        } while (System.nanoTime() - start < WARM_NANOS);
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
