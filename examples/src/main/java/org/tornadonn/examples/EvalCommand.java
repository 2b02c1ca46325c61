package org.tornadonn.examples;

import java.nio.file.Path;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import org.tornadonn.nn.train.Listener;
import org.tornadonn.nn.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Evaluates a checkpoint on the test images. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description =
                "Accuracy and loss of a checkpoint on the test images, and the time that it takes for a batch and for one.")
final class EvalCommand implements Runnable {
    @Mixin
    CheckpointOptions checkpoint;

    @Option(
            names = "--data",
            paramLabel = "FOLDER|ZIP",
            description = "Images in class folders; without it, drawn shapes.")
    Path data;

    @Override
    public void run() {
        Checkpoint loaded = checkpoint.load();
        TornadoDevice target = checkpoint.target();
        Datasets sets = Datasets.open(data, loaded.config().imageSize());
        System.out.println("Data: " + sets);
        int classes = sets.test().classNames().size();
        if (classes != loaded.config().classes()) {
            throw new UserException("The checkpoint knows " + loaded.config().classes() + " classes, the data has "
                    + classes + ". Give the data it was trained on with --data.");
        }
        int batch = checkpoint.batch(sets.test().size());
        try (Model model = CheckpointOptions.model(loaded, batch, target)) {
            Listener.Evaluation e = Trainer.evaluate(model, sets.test());
            print(loaded.config().norm() + " after step " + loaded.step(), e.score());
            if (e.ema() != null) {
                print("With averaged weights", e.ema());
            }
            System.out.println(Latency.of(model, sets.test()));
        }
        if (batch > 1) {
            try (Model one = CheckpointOptions.model(loaded, 1, target)) {
                System.out.println(Latency.of(one, sets.test()));
            }
        }
    }

    private static void print(String what, Listener.Score score) {
        System.out.printf("%s: test accuracy %.1f%%, test loss %.3f%n", what, 100 * score.accuracy(), score.loss());
    }
}
