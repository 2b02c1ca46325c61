package org.tornadonn.examples;

import java.nio.file.Path;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import org.tornadonn.nn.train.Listener;
import org.tornadonn.nn.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Evaluates a checkpoint on the test images. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Accuracy and loss of a checkpoint on the test images.")
final class EvalCommand implements Runnable {
    @Parameters(paramLabel = "CHECKPOINT", description = "A .safetensors file of a run folder.")
    Path checkpoint;

    @Option(
            names = "--data",
            paramLabel = "FOLDER|ZIP",
            description = "Images in class folders; without it, drawn shapes.")
    Path data;

    @Option(names = "--batch", defaultValue = "64")
    int batch;

    @Option(
            names = "--device",
            paramLabel = "NUMBER|NAME|TYPE|BACKEND",
            description = "As tornado-nn devices lists them.")
    String device;

    @Override
    public void run() {
        Checkpoint loaded = Checkpoint.load(checkpoint);
        TornadoDevice target = DeviceChoice.of(device);
        System.out.println("Engine: " + Engine.describe(target));
        Datasets sets = Datasets.open(data, loaded.config().imageSize());
        System.out.println("Data: " + sets);
        int classes = sets.test().classNames().size();
        if (classes != loaded.config().classes()) {
            throw new UserException("The checkpoint knows " + loaded.config().classes() + " classes, the data has "
                    + classes + ". Give the data it was trained on with --data.");
        }
        // Any decay, for nothing is trained.
        Training training = Training.none(batch).withEma(loaded.averaged() ? 0.5f : 0f);
        try (Model model = new Model(loaded.config(), training, target)) {
            loaded.restore(model);
            Listener.Evaluation e = Trainer.evaluate(model, sets.test());
            print(loaded.config().norm() + " after step " + loaded.step(), e.score());
            if (e.ema() != null) {
                print("With averaged weights", e.ema());
            }
        }
    }

    private static void print(String what, Listener.Score score) {
        System.out.printf("%s: test accuracy %.1f%%, test loss %.3f%n", what, 100 * score.accuracy(), score.loss());
    }
}
