package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Listener;
import org.tornadonn.nn.train.ProgressLine;
import org.tornadonn.nn.train.Recipe;
import org.tornadonn.nn.train.Trainer;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Trains a ViT with DyT on images in class folders: {@code TrainFolder FOLDER|ZIP CHECKPOINT}. */
public final class TrainFolder {
    private TrainFolder() {}

    static Listener.Evaluation train(Path images, int epochs, Path checkpoint) {
        ImageFolder data = ImageFolder.load(images, 32, System.out::println);
        int classes = data.train().classNames().size();
        VitConfig config = VitConfig.of(32, 4, 96, 4, 3, classes, Norm.DYT).withAlpha0(2f);
        int batch = Math.min(32, data.train().size());
        long steps = (long) epochs * Batches.stepsPerEpoch(data.train(), batch);
        Recipe recipe = Recipe.of(steps, batch, 1e-3, 1).withAugmentation(Augmentation.padCrop());
        try (Model model = new Model(
                config,
                recipe.training(),
                TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
            return new Trainer(
                            model,
                            recipe,
                            data.train(),
                            data.test(),
                            checkpoint,
                            List.of(new ProgressLine("ViT", System.out)))
                    .run();
        }
    }

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("Usage: TrainFolder FOLDER|ZIP CHECKPOINT");
            return;
        }
        try {
            train(Path.of(args[0]), 10, Path.of(args[1]));
        } catch (UserException e) {
            System.err.println(e.getMessage());
        }
    }
}
