package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.TwoDevices;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.DrawnImages;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.vit.VitConfig;
import org.tornadonn.suite.Recorded;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Training, stopping, resuming, and checkpoints that are not what they should be. */
class TrainingTest {
    private static final VitConfig CONFIG = VitConfig.of(32, 8, 16, 2, 2, 10, Norm.DYT);
    private final TornadoDevice device =
            TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
    private final ImageSet train = DrawnImages.create(40, 1);
    private final ImageSet test = DrawnImages.create(21, 2);

    @TempDir
    Path folder;

    private static final class Losses implements Listener {
        final List<Double> losses = new ArrayList<>();

        @Override
        public void step(Progress progress) {
            losses.add(progress.loss());
        }

        @Override
        public void evaluated(Evaluation evaluation) {
            double accuracy = evaluation.score().accuracy();
            assertTrue(accuracy >= 0 && accuracy <= 1);
        }
    }

    private Model model() {
        return new Model(CONFIG, new Training(8, 0.1f, 0.05f, 5), device);
    }

    private List<Double> run(Model model, Recipe recipe, Path checkpoint) {
        Losses losses = new Losses();
        new Trainer(model, recipe, train, test, checkpoint, List.of(losses)).run();
        return losses.losses;
    }

    static Stream<ModelConfig> configs() {
        return Stream.of(CONFIG, ConvNextConfig.of(32, 4, List.of(1, 2), List.of(8, 16), 10, Norm.LAYER_NORM));
    }

    @ParameterizedTest
    @MethodSource("configs")
    @Recorded(subject = "training of ViT, ConvNeXt", part = "a resumed run has the same bits")
    void aResumedRunIsTheSameRun(ModelConfig config) {
        Recipe recipe = new Recipe(12, 8, 1e-2, 3, 0.05f, 0.1f, 9)
                .with(2, 0.95f, 0.8f, 10f, 1f, 0.9f, 0.3f)
                .withAugmentation(Augmentation.paper());
        Path whole = folder.resolve("whole.safetensors");
        List<Double> undisturbed;
        try (Model model = new Model(config, recipe.training(), device)) {
            undisturbed = run(model, recipe, whole);
        }
        // As if killed: seven steps are made, and the state after them is what a checkpoint has.
        Path half = folder.resolve("half.safetensors");
        List<Double> losses = new ArrayList<>();
        try (Model model = new Model(config, recipe.training(), device);
                Batches batches = Batches.training(train, 8, recipe.seed(), 0, recipe.augmentation())) {
            for (int step = 0; step < 7; step++) {
                Batches.Batch b = batches.next();
                losses.add((double) model.train(b.images(), b.labels(), b.mix(), (float)
                                recipe.schedule().rate(step))
                        .loss());
            }
            Checkpoint.save(model, recipe.seed(), train.classNames(), half);
        }
        try (Model model = new Model(config, recipe.training(), device)) {
            Checkpoint.load(half).restore(model);
            assertEquals(7, model.step());
            losses.addAll(run(model, recipe, half));
        }
        assertEquals(undisturbed, losses);
        Checkpoint a = Checkpoint.load(whole);
        Checkpoint b = Checkpoint.load(half);
        assertTrue(a.averaged(), "the average of the weights is kept");
        assertEquals(a.tensors().keySet(), b.tensors().keySet());
        a.tensors()
                .forEach((name, values) -> assertArrayEquals(values, b.tensors().get(name), name));
        Checkpoint average = a.withAverage();
        assertArrayEquals(a.tensors().get("ema.head.weight"), average.tensors().get("head.weight"));
        assertFalse(average.averaged(), "it stands in the weights' place");
    }

    /** Also that two runs on the same devices have the same bits. */
    @Test
    void aRunGoesOnOnTwoDevicesAndOnOne() {
        Recipe recipe = new Recipe(8, 8, 1e-2, 3, 0.05f, 0.1f, 9);
        Path start = folder.resolve("start.safetensors");
        try (Model two = new Model(CONFIG, new Training(8, 0.1f, 0.05f, 5), TwoDevices.find())) {
            run(two, new Recipe(4, 8, 1e-2, 3, 0.05f, 0.1f, 9), start);
        }
        List<List<Double>> losses = new ArrayList<>();
        for (TornadoDevice[] devices : List.of(TwoDevices.find(), TwoDevices.find(), new TornadoDevice[] {device})) {
            try (Model model = new Model(CONFIG, new Training(8, 0.1f, 0.05f, 5), devices)) {
                Checkpoint.load(start).restore(model);
                assertEquals(4, model.step());
                losses.add(run(model, recipe, folder.resolve("end.safetensors")));
            }
        }
        assertEquals(4, losses.getFirst().size());
        assertEquals(losses.get(0), losses.get(1));
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    losses.get(0).get(i),
                    losses.get(2).get(i),
                    1e-5 * losses.get(0).get(i));
        }
    }

    @Test
    @Recorded(subject = "training of ViT", part = "a loss that is not finite stops it")
    void aLossThatIsNotFiniteStopsAndKeepsTheCheckpoint() {
        Path file = folder.resolve("last.safetensors");
        try (Model model = model()) {
            run(model, new Recipe(5, 8, 1e-3, 1, 0f, 0f, 9), file);
        }
        try (Model model = model()) {
            Checkpoint.load(file).restore(model);
            model.parameters().set(0, Float.NaN);
            UserException e =
                    assertThrows(UserException.class, () -> run(model, new Recipe(9, 8, 1e-3, 1, 0f, 0f, 9), file));
            assertTrue(e.getMessage().contains("step 6"), e.getMessage());
        }
        assertEquals(5, Checkpoint.load(file).step());
    }

    @Test
    void aBatchLargerThanTheDataIsRefused() {
        UserException e =
                assertThrows(UserException.class, () -> Batches.training(train, 41, 1, 0, Augmentation.none()));
        assertTrue(e.getMessage().contains("40 images"), e.getMessage());
    }

    @Test
    @Recorded(subject = "checkpoints", part = "damaged ones are refused")
    void damagedCheckpointsAreRefusedByName() throws IOException {
        Path file = folder.resolve("good.safetensors");
        try (Model model = model()) {
            Checkpoint.save(model, 1, train.classNames(), file);
        }
        byte[] good = Files.readAllBytes(file);
        Path bad = folder.resolve("bad.safetensors");
        Random random = new Random(4);
        int header = good[0] & 0xFF | (good[1] & 0xFF) << 8 | (good[2] & 0xFF) << 16;
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            byte[] bytes;
            if (i % 2 == 0) {
                bytes = java.util.Arrays.copyOf(good, random.nextInt(good.length));
            } else {
                bytes = good.clone();
                bytes[random.nextInt(8 + header)] = (byte) random.nextInt(256);
            }
            Files.write(bad, bytes);
            try {
                Checkpoint.load(bad);
            } catch (UserException e) {
                refused++;
                assertTrue(
                        e.getMessage().contains("bad.safetensors")
                                || e.getMessage().contains("ViT"),
                        e.getMessage());
            }
        }
        // A changed digit of the step or the seed is a checkpoint still.
        assertTrue(refused > 180, "refused " + refused);
        assertThrows(UserException.class, () -> Checkpoint.load(folder.resolve("none")));
        assertThrows(UserException.class, () -> Checkpoint.load(file).withAverage());
        try (Model other = new Model(VitConfig.of(32, 8, 16, 1, 2, 10, Norm.DYT), new Training(8, 0f, 0f, 0), device)) {
            UserException e = assertThrows(
                    UserException.class, () -> Checkpoint.load(file).restore(other));
            assertTrue(e.getMessage().contains("another model"), e.getMessage());
        }
    }
}
