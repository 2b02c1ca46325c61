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

    @Option(names = "--learning-rate", description = "Peak of the schedule; default: 1e-3, paper: 4e-3.")
    Double learningRate;

    @Option(
            names = "--accumulation",
            description = "Equal parts of a batch that are computed one after the other, in less memory; default: 1.")
    Integer accumulation;

    @Option(
            names = "--recompute",
            description =
                    "Keep only the input of each block, and compute the rest again for backward: less memory, more time.")
    Boolean recompute;

    @Option(
            names = "--layer-decay",
            paramLabel = "<factor>",
            description = "The learning rate of a block is that of the block above it times this; default: 1.")
    Float layerDecay;

    @Option(
            names = "--alpha-rate",
            paramLabel = "<factor>",
            description = "The learning rate of alpha is that of its layer times this; default: 1. Short trainings of"
                    + " DyT gain by 10.")
    Float alphaRate;

    @Option(
            names = "--clip",
            paramLabel = "<norm>",
            description = "The largest global norm of the gradient; default: 0, any.")
    Float clip;

    @Option(
            names = "--drop-path",
            paramLabel = "<rate>",
            description = "Stochastic depth: how often samples leave out the last block, linear from 0 at the first;"
                    + " default: 0, paper: 0.1 (ViT-B), 0.5 (ConvNeXt-B).")
    Float dropPath;

    @Option(
            names = "--ema",
            paramLabel = "<decay>",
            description = "Keep and evaluate a moving average of the weights too; default: 0, none, paper: 0.9999.")
    Float ema;

    @Option(names = "--seed", description = "Of initial values, data order and augmentation; default: 1, paper: 0.")
    Long seed;

    /** @param kind of model: vit or convnext */
    RecipeFile file(String kind) {
        return RecipeFile.of(recipe, kind)
                .with("epochs", epochs)
                .with("warmupEpochs", warmupEpochs)
                .with("batch", batch)
                .with("learningRate", learningRate)
                .with("accumulation", accumulation)
                .with("recompute", recompute)
                .with("layerDecay", layerDecay)
                .with("alphaRate", alphaRate)
                .with("clip", clip)
                .with("dropPath", dropPath)
                .with("ema", ema)
                .with("seed", seed);
    }
}
