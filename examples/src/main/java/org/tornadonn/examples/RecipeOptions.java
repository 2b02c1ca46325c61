package org.tornadonn.examples;

import org.tornadonn.nn.train.RecipeFile;
import picocli.CommandLine.Option;

/** The recipe of a training, and options that change single values of it. */
final class RecipeOptions {
    @Option(
            names = "--recipe",
            defaultValue = "default",
            paramLabel = "FILE.json|paper|default",
            description = "How to train: docs/training.md. The options up to --seed change single values.")
    String recipe;

    @Option(names = "--epochs", description = "Passes over the training images; default: 2, paper: 300.")
    Double epochs;

    @Option(
            names = "--warmup-epochs",
            paramLabel = "<epochs>",
            description = "Until the learning rate is at its peak; default: a tenth of the steps, paper: 20.")
    Double warmupEpochs;

    @Option(names = "--batch", description = "Images per step; default: 32, paper: 4096.")
    Integer batch;

    @Option(
            names = "--learning-rate",
            description = "Peak of the schedule; default: 1e-3, and 4e-3 for a ConvNeXt, paper: 4e-3.")
    Double learningRate;

    @Option(names = "--seed", description = "Of initial values, data order and augmentation; default: 1, paper: 0.")
    Long seed;

    /** @param kind of model: vit or convnext */
    RecipeFile file(String kind) {
        return RecipeFile.of(recipe, kind)
                .with("epochs", epochs)
                .with("warmupEpochs", warmupEpochs)
                .with("batch", batch)
                .with("learningRate", learningRate)
                .with("seed", seed);
    }
}
