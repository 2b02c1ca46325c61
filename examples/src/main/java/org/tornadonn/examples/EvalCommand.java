package org.tornadonn.examples;

import java.nio.file.Path;
import org.tornadonn.nn.Engine;
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
        try (Model model = new Model(loaded.config(), batch, 0f, 0f, 0, target)) {
            loaded.restore(model);
            Listener.Evaluation e = Trainer.evaluate(model, sets.test());
            System.out.printf(
                    "%s after step %d: test accuracy %.1f%%, test loss %.3f%n",
                    loaded.config().norm(), loaded.step(), 100 * e.accuracy(), e.loss());
        }
    }
}
