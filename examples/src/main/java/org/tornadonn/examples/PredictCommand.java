package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Names the classes of images. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "The likeliest classes of an image, or of each image in a folder, by a checkpoint.")
final class PredictCommand implements Runnable {
    @Mixin
    CheckpointOptions checkpoint;

    @Parameters(index = "1", paramLabel = "IMAGE|FOLDER", description = "An image, or a folder of images.")
    Path images;

    @Option(names = "--use-ema", description = "With the moving average of the weights, which train --ema keeps.")
    boolean useEma;

    @Option(names = "--top", defaultValue = "3", description = "Classes named for each image.")
    int top;

    @Override
    public void run() {
        if (top < 1) {
            throw new UserException("--top must be at least 1.");
        }
        Checkpoint loaded = useEma ? checkpoint.load().withAverage() : checkpoint.load();
        ImageFolder.Unlabelled found =
                ImageFolder.unlabelled(images, loaded.config().imageSize());
        TornadoDevice target = checkpoint.target();
        int size = checkpoint.batch(found.files().size());
        Latency latency = new Latency(size);
        try (Model model = CheckpointOptions.model(loaded, size, target);
                Batches batches = Batches.evaluation(found.images(), size)) {
            int file = 0;
            for (Batches.Batch b = batches.next(); b != null; b = batches.next()) {
                long start = System.nanoTime();
                float[] logits = Latency.logits(model, b);
                // The first batch pays for compilation.
                if (file > 0) {
                    latency.add(System.nanoTime() - start);
                }
                for (int i = 0; i < size && file < found.files().size(); i++, file++) {
                    String classes = Likeliest.of(loaded, logits, i, top).stream()
                            .map(l -> String.format("%s %.1f%%", l.name(), 100 * l.probability()))
                            .collect(Collectors.joining(", "));
                    System.out.println(found.files().get(file).getFileName() + "  " + classes);
                }
            }
        }
        found.skipped().forEach(f -> System.out.println(f.getFileName() + "  cannot be decoded, left out"));
        if (!latency.isEmpty()) {
            System.out.println("\n" + latency);
        }
    }
}
