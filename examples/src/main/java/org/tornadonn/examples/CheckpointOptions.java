package org.tornadonn.examples;

import java.nio.file.Path;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** A checkpoint, and what it runs on: what the commands that use one share. */
final class CheckpointOptions {
    private static final int LARGEST_BATCH = 64;

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "A .safetensors file of a run folder.")
    Path file;

    @Option(names = "--batch", description = "Images at a time; without it all of them, up to " + LARGEST_BATCH + ".")
    Integer batch;

    @Option(
            names = "--device",
            paramLabel = "NUMBER|NAME|TYPE|BACKEND",
            description = "As tornado-nn devices lists them.")
    String device;

    Checkpoint load() {
        if (batch != null && batch < 1) {
            throw new UserException("--batch must be at least 1.");
        }
        return Checkpoint.load(file);
    }

    /** The device, which is also named. */
    TornadoDevice target() {
        TornadoDevice target = DeviceChoice.of(device);
        System.out.println("Engine: " + Engine.describe(target));
        return target;
    }

    /** Images at a time, of so many. */
    int batch(int images) {
        return batch != null ? batch : Math.min(LARGEST_BATCH, images);
    }

    static Model model(Checkpoint checkpoint, int batch, TornadoDevice device) {
        // Any decay of the average, for nothing is trained.
        Training training = Training.none(batch).withAdamW(a -> a.withEma(checkpoint.averaged() ? 0.5f : 0f));
        Model model = new Model(checkpoint.config(), training, device);
        checkpoint.restore(model);
        return model;
    }
}
