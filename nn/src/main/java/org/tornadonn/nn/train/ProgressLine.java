package org.tornadonn.nn.train;

import java.io.PrintStream;

/** One line of progress, in place on a terminal, every ten seconds elsewhere. */
public final class ProgressLine implements Listener {
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long PLAIN_NANOS = 10_000_000_000L;

    private final String name;
    private final PrintStream out;
    private final boolean terminal =
            System.console() != null && System.console().isTerminal();
    private double loss = Double.NaN;
    private double accuracy = Double.NaN;
    private long last;

    public ProgressLine(String name, PrintStream out) {
        this.name = name;
        this.out = out;
    }

    @Override
    public void step(Progress p) {
        // An average over about the last twenty batches, because one batch says little.
        loss = Double.isNaN(loss) ? p.loss() : 0.95 * loss + 0.05 * p.loss();
        accuracy = Double.isNaN(accuracy) ? p.accuracy() : 0.95 * accuracy + 0.05 * p.accuracy();
        long now = System.nanoTime();
        boolean end = p.step() == p.steps();
        if (!end && last != 0 && now - last < (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
            return;
        }
        last = now;
        if (Double.isNaN(p.imagesPerSecond())) {
            show(String.format("%-9s first step, with compilation: %.1f s", name, p.seconds()), end);
            return;
        }
        String line = String.format(
                "%-9s step %5d/%d  loss %.3f  accuracy %5.1f%%  %5.0f images/s  waiting for data %2.0f%%  %d:%02d left",
                name,
                p.step(),
                p.steps(),
                loss,
                100 * accuracy,
                p.imagesPerSecond(),
                100 * p.waiting(),
                (long) p.secondsLeft() / 60,
                (long) p.secondsLeft() % 60);
        show(line, end);
    }

    private void show(String line, boolean end) {
        if (terminal) {
            out.print("\r\033[K" + line + (end ? "\n" : ""));
            out.flush();
        } else {
            out.println(line);
        }
    }

    @Override
    public void evaluated(Evaluation e) {
        out.printf(
                "%s%-9s step %5d  test loss %.3f  test accuracy %.1f%%%s%n",
                terminal ? "\r\033[K" : "",
                name,
                e.step(),
                e.score().loss(),
                100 * e.score().accuracy(),
                e.ema() == null
                        ? ""
                        : String.format(
                                "  with averaged weights %.1f%%", 100 * e.ema().accuracy()));
    }
}
