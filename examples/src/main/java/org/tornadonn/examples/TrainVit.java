package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.data.DrawnImages;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.ProgressLine;
import org.tornadonn.nn.train.Recipe;
import org.tornadonn.nn.train.Trainer;
import org.tornadonn.nn.vit.VitConfig;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Trains a small ViT with DyT from Java. */
public final class TrainVit {
    private TrainVit() {}

    public static void main(String[] args) {
        TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        System.out.println(Engine.describe(device));
        ImageSet train = DrawnImages.create(1024, 1);
        ImageSet test = DrawnImages.create(256, 2);
        VitConfig config = VitConfig.of(32, 8, 64, 2, 2, train.classNames().size(), Norm.DYT);
        Recipe recipe = Recipe.of(32, 64, 1e-3, 7);
        Path checkpoint = Path.of(System.getProperty("java.io.tmpdir"), "vit.safetensors");
        try (Model model = new Model(config, recipe.training(), device)) {
            new Trainer(model, recipe, train, test, checkpoint, List.of(new ProgressLine("ViT", System.out))).run();
        }
    }
}
