package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.train.Listener;
import org.tornadonn.nn.train.ProgressLine;
import org.tornadonn.nn.train.Recipe;
import org.tornadonn.nn.train.Trainer;
import org.tornadonn.nn.train.Weights;
import org.tornadonn.nn.zoo.Models;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * Goes on with a model that timm trained, on images of one's own: {@code FineTune MODEL FILE FOLDER|ZIP CHECKPOINT}, such as
 * {@code FineTune vit_tiny_patch16_224 model.safetensors photos tuned.safetensors}.
 */
public final class FineTune {
    private FineTune() {}

    /**
     * @param config of the file's model, with the number of classes that the images have: a head of another number begins anew
     * @param weights timm's safetensors file
     */
    static Listener.Evaluation tune(
            ModelConfig config, Path weights, ImageFolder data, double learningRate, int epochs, Path checkpoint) {
        int batch = Math.min(32, data.train().size());
        long steps = (long) epochs * Batches.stepsPerEpoch(data.train(), batch);
        Recipe recipe = Recipe.of(steps, batch, learningRate, 1).withAugmentation(Augmentation.padCrop());
        try (Model model = new Model(
                config,
                recipe.training(),
                TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice())) {
            System.out.println(Weights.load(weights, model));
            return new Trainer(
                            model,
                            recipe,
                            data.train(),
                            data.test(),
                            checkpoint,
                            List.of(new ProgressLine("tuning", System.out)))
                    .run();
        }
    }

    public static void main(String[] args) {
        if (args.length != 4) {
            System.err.println("Usage: FineTune MODEL FILE FOLDER|ZIP CHECKPOINT");
            return;
        }
        try {
            int side = Models.create(args[0], 2, Norm.LAYER_NORM).imageSize();
            ImageFolder data = ImageFolder.load(Path.of(args[2]), side, System.out::println);
            ModelConfig config =
                    Models.create(args[0], data.train().classNames().size(), Norm.LAYER_NORM);
            // A tenth of what training from the beginning takes: the weights are good already.
            tune(config, Path.of(args[1]), data, 1e-4, 5, Path.of(args[3]));
        } catch (UserException e) {
            System.err.println(e.getMessage());
        }
    }
}
