package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import picocli.CommandLine.Command;
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
    private static final int LARGEST_BATCH = 64;

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "A .safetensors file of a run folder.")
    Path checkpoint;

    @Parameters(index = "1", paramLabel = "IMAGE|FOLDER", description = "An image, or a folder of images.")
    Path images;

    @Option(names = "--top", defaultValue = "3", description = "Classes named for each image.")
    int top;

    @Option(
            names = "--batch",
            description = "Images at a time; without it all of them, up to " + LARGEST_BATCH + ". With 1: the latency.")
    Integer batch;

    @Option(
            names = "--device",
            paramLabel = "NUMBER|NAME|TYPE|BACKEND",
            description = "As tornado-nn devices lists them.")
    String device;

    @Override
    public void run() {
        if (top < 1 || batch != null && batch < 1) {
            throw new UserException("--top and --batch must be at least 1.");
        }
        Checkpoint loaded = Checkpoint.load(checkpoint);
        ImageFolder.Unlabelled found =
                ImageFolder.unlabelled(images, loaded.config().imageSize());
        TornadoDevice target = DeviceChoice.of(device);
        System.out.println("Engine: " + Engine.describe(target));
        int size = batch != null ? batch : Math.min(LARGEST_BATCH, found.files().size());
        try (Model model = new Model(loaded.config(), Training.none(size), target);
                Batches batches = Batches.evaluation(found.images(), size)) {
            loaded.restore(model);
            int file = 0;
            long nanos = 0;
            long counted = 0;
            for (Batches.Batch b = batches.next(); b != null; b = batches.next()) {
                long start = System.nanoTime();
                model.evaluate(b.images(), b.labels());
                float[] logits = model.logits();
                // The first batch pays for compilation.
                if (file > 0) {
                    nanos += System.nanoTime() - start;
                    counted += size;
                }
                for (int i = 0; i < size && file < found.files().size(); i++, file++) {
                    System.out.println(found.files().get(file).getFileName() + "  " + likeliest(loaded, logits, i));
                }
            }
            found.skipped().forEach(f -> System.out.println(f.getFileName() + "  cannot be decoded, left out"));
            if (counted > 0) {
                System.out.printf(
                        "%n%.2f ms a batch of %d, %.0f images/s%n",
                        nanos / 1e6 / counted * size, size, counted / (nanos / 1e9));
            }
        }
    }

    private String likeliest(Checkpoint loaded, float[] logits, int image) {
        int classes = loaded.config().classes();
        int first = image * classes;
        double largest = IntStream.range(0, classes)
                .mapToDouble(c -> logits[first + c])
                .max()
                .orElseThrow();
        double sum = IntStream.range(0, classes)
                .mapToDouble(c -> Math.exp(logits[first + c] - largest))
                .sum();
        List<String> names = loaded.classNames();
        return IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -logits[first + c]))
                .limit(top)
                .map(c -> String.format(
                        "%s %.1f%%",
                        c < names.size() ? names.get(c) : "class " + c,
                        100 * Math.exp(logits[first + c] - largest) / sum))
                .collect(Collectors.joining(", "));
    }
}
