package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.knowm.xchart.XYChart;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.train.Json;
import tools.jackson.core.JacksonException;

/**
 * Trainings to compare: variants of models, each with one or more seeds. Each training is a run folder of {@code train} in the
 * study's folder; those that are done are left alone and the one that was stopped is resumed, so a study goes on where it was.
 */
final class Study {
    /**
     * @param variant what is compared, such as a norm
     * @param options of train that make it
     */
    record Training(String model, String variant, int seed, List<String> options) {
        Path folder(Path study) {
            return study.resolve(
                    (model + "-" + variant + "-" + seed).toLowerCase().replaceAll("[^a-z0-9.]+", "-"));
        }
    }

    /** How a training went. */
    record Outcome(Training training, Curves.Curve curve) {
        boolean diverged() {
            return !curve.diverged().isEmpty();
        }

        /** Test accuracy of the last evaluation, in percent. */
        double accuracy() {
            return 100 * curve.accuracies().lastEntry().getValue();
        }
    }

    /**
     * @param measure what the paper's figures are
     * @param figures by variant
     */
    record PaperFigures(String measure, Map<String, String> figures) {}

    private final String title;
    private final String claim;
    private final String baseline;
    private final List<Training> trainings = new ArrayList<>();
    private final Map<String, PaperFigures> paper = new LinkedHashMap<>();

    /** @param baseline the variant that the others are compared with */
    Study(String title, String claim, String baseline) {
        this.title = title;
        this.claim = claim;
        this.baseline = baseline;
    }

    void compare(String model, String measure, Map<String, String> figures) {
        paper.put(model, new PaperFigures(measure, figures));
    }

    void add(String model, String variant, List<String> options, int seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            trainings.add(new Training(model, variant, seed, options));
        }
    }

    String title() {
        return title;
    }

    String claim() {
        return claim;
    }

    String baseline() {
        return baseline;
    }

    PaperFigures paper(String model) {
        return paper.get(model);
    }

    /** A part of the report beside curves and accuracy. */
    record Figure(String title, String text, List<XYChart> charts) {}

    /** Trains what is not trained yet, and writes report.html. */
    void run(Path folder, List<String> common) {
        run(folder, common, _ -> List.of());
    }

    /**
     * Does so with more figures, made of the run folders.
     *
     * @param common options that all trainings have
     * @throws UserException where the folder has trainings with other options
     */
    void run(Path folder, List<String> common, Function<Map<Training, Path>, List<Figure>> figures) {
        keep(folder.resolve("options.json"), common);
        List<Outcome> outcomes = new ArrayList<>();
        Map<Training, Path> runs = new LinkedHashMap<>();
        for (Training training : trainings) {
            Path run = training.folder(folder);
            System.out.printf(
                    "%n%d of %d: %s, %s, seed %d%n",
                    outcomes.size() + 1, trainings.size(), training.model(), training.variant(), training.seed());
            if (ended(run)) {
                System.out.println("Already trained, in " + run);
            } else {
                train(training, run, common);
            }
            runs.put(training, run);
            outcomes.add(new Outcome(training, curve(run)));
        }
        write(folder.resolve("report.html"), new StudyReport(this, outcomes, common).page(figures.apply(runs)));
        System.out.println("\nReport: " + folder.resolve("report.html"));
    }

    private static void keep(Path file, List<String> common) {
        try {
            String options = Json.MAPPER.writeValueAsString(common);
            if (Files.exists(file) && !Files.readString(file).equals(options)) {
                throw new UserException(file.getParent() + " has trainings with other options: "
                        + String.join(" ", Json.MAPPER.readValue(Files.readString(file), String[].class))
                        + ". Give the same, or another --out.");
            }
            Files.createDirectories(file.getParent());
            write(file, options);
        } catch (IOException | JacksonException e) {
            throw new UserException("The folder " + file.getParent() + " cannot be used: " + e.getMessage());
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UserException(file + " cannot be written: " + e.getMessage());
        }
    }

    private static void train(Training training, Path run, List<String> common) {
        List<String> command = new ArrayList<>(List.of("train"));
        if (Files.exists(run.resolve("config.json"))) {
            command.addAll(List.of("--resume", run.toString()));
        } else {
            command.addAll(
                    List.of("--model", training.model(), "--seed", "" + training.seed(), "--out", run.toString()));
            command.addAll(training.options());
            command.addAll(common);
        }
        // Training that diverges is a result here.
        if (Main.run(command.toArray(String[]::new)) != 0 && !ended(run)) {
            throw new UserException(
                    "This training failed. Those before it are kept: mend the cause and call the command again.");
        }
    }

    /** Whether a run folder's only model was trained to its last step, or until it diverged. */
    private static boolean ended(Path run) {
        if (!Files.exists(run.resolve("config.json")) || !Files.exists(run.resolve("log.jsonl"))) {
            return false;
        }
        Curves.Curve curve = curve(run);
        return !curve.diverged().isEmpty()
                || curve.accuracies().containsKey(RunConfig.read(run).recipe().steps());
    }

    private static Curves.Curve curve(Path run) {
        return Curves.read(run.resolve("log.jsonl")).values().stream()
                .findFirst()
                .orElseGet(Curves.Curve::new);
    }
}
