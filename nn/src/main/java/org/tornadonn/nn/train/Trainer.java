package org.tornadonn.nn.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Metrics;
import org.tornadonn.nn.model.Model;

/** The training loop. */
public final class Trainer {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final Model model;
    private final Recipe recipe;
    private final ImageSet train;
    private final ImageSet test;
    private final Path checkpoint;
    private final Duration interval;
    private final List<Listener> listeners;

    /**
     * @param checkpoint written every ten seconds, after each evaluation and at the end
     */
    public Trainer(
            Model model, Recipe recipe, ImageSet train, ImageSet test, Path checkpoint, List<Listener> listeners) {
        this(model, recipe, train, test, checkpoint, INTERVAL, listeners);
    }

    /**
     * @param checkpoint written every {@code interval}, after each evaluation and at the end
     * @param interval 0: after each step
     */
    public Trainer(
            Model model,
            Recipe recipe,
            ImageSet train,
            ImageSet test,
            Path checkpoint,
            Duration interval,
            List<Listener> listeners) {
        this.model = model;
        this.recipe = recipe;
        this.train = train;
        this.test = test;
        this.checkpoint = checkpoint;
        this.interval = interval;
        this.listeners = List.copyOf(listeners);
    }

    /**
     * Trains from the model's step to the last, with an evaluation after each epoch and at the end.
     *
     * @throws UserException when the loss is not finite; the last good checkpoint stays
     */
    public Listener.Evaluation run() {
        Schedule schedule = recipe.schedule();
        int perEpoch = Math.max(1, Batches.stepsPerEpoch(train, recipe.batch()));
        long start = System.nanoTime();
        long saved = start;
        long paused = 0;
        double compiled = 0;
        long first = model.step();
        Listener.Evaluation last = null;
        try (Batches batches = Batches.training(train, recipe.batch(), recipe.seed(), first, recipe.augmentation())) {
            for (long step = first; step < recipe.steps(); step++) {
                Batches.Batch batch = batches.next();
                Metrics metrics = model.train(batch.images(), batch.labels(), batch.mix(), (float) schedule.rate(step));
                if (!Float.isFinite(metrics.loss())) {
                    long diverged = step + 1;
                    listeners.forEach(l -> l.diverged(diverged));
                    throw new UserException("The loss is not finite at step " + diverged
                            + ". Use a smaller learning rate; the last good checkpoint is " + checkpoint + ".");
                }
                double seconds = (System.nanoTime() - start - paused) / 1e9;
                if (step == first) {
                    compiled = seconds;
                }
                // 0 / 0 at the first step
                double rate = (step - first) * recipe.batch() / (seconds - compiled);
                Listener.Progress progress = new Listener.Progress(
                        step + 1,
                        recipe.steps(),
                        metrics.loss(),
                        (double) metrics.correct() / metrics.counted(),
                        metrics.gradientNorm(),
                        seconds,
                        rate,
                        batches.waitingShare(),
                        (recipe.steps() - step - 1) * recipe.batch() / rate);
                listeners.forEach(l -> l.step(progress));
                boolean end = step + 1 == recipe.steps();
                boolean evaluate = end || (step + 1) % perEpoch == 0;
                if (evaluate || System.nanoTime() - saved >= interval.toNanos()) {
                    long before = System.nanoTime();
                    if (evaluate) {
                        Listener.Evaluation evaluation = evaluate(model, test);
                        listeners.forEach(l -> l.evaluated(evaluation));
                        last = evaluation;
                    }
                    // Last, so that a run that is killed during the evaluation makes it again.
                    Checkpoint.save(model, recipe.seed(), train.classNames(), checkpoint);
                    saved = System.nanoTime();
                    paused += saved - before;
                }
            }
        }
        return last != null ? last : evaluate(model, test);
    }

    /** Loss and accuracy over a whole set, and those of the weights' average where the model keeps one. */
    public static Listener.Evaluation evaluate(Model model, ImageSet set) {
        Listener.Score score = score(model, set, model::evaluate);
        Listener.Score average = model.training().averaged() ? score(model, set, model::evaluateAverage) : null;
        return new Listener.Evaluation(model.step(), score, average);
    }

    private static Listener.Score score(Model model, ImageSet set, BiFunction<float[], int[], Metrics> evaluation) {
        double loss = 0;
        long correct = 0;
        long counted = 0;
        try (Batches batches = Batches.evaluation(set, model.batch())) {
            for (Batches.Batch b = batches.next(); b != null; b = batches.next()) {
                Metrics m = evaluation.apply(b.images(), b.labels());
                loss += (double) m.loss() * m.counted();
                correct += m.correct();
                counted += m.counted();
            }
        }
        return new Listener.Score(loss / counted, (double) correct / counted);
    }
}
