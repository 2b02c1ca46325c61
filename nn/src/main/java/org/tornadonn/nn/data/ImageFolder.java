package org.tornadonn.nn.data;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.tornadonn.nn.UserException;

/**
 * Images from a folder, or a zip of one, in which each class is a folder; where there are folders train and test (or val) at the
 * top, their classes are the training and test sets, otherwise a fifth of each class, chosen by a fixed seed, is the test set.
 *
 * @param skipped names of files that could not be decoded, each with the reason
 */
public record ImageFolder(ImageSet train, ImageSet test, List<String> skipped) {
    private static final double MOST_SKIPPED = 0.01;
    private static final int TEST_SHARE = 5;

    private record Sample(Path file, int label) {}

    /** Where the classes are; test is null where it is to be a part of train. */
    private record Layout(Path train, Path test, List<String> classes) {
        static Layout of(Path root, String name) throws IOException {
            Path top = root;
            while (folders(top).size() == 1 && images(top).isEmpty()) {
                top = folders(top).getFirst();
            }
            Path parent = top;
            Optional<Path> train = child(parent, "train");
            Optional<Path> test = child(parent, "test").or(() -> child(parent, "val"));
            if (train.isEmpty() || test.isEmpty()) {
                return new Layout(top, null, classNames(top, name));
            }
            List<String> classes = classNames(train.get(), name);
            if (!classNames(test.get(), name).equals(classes)) {
                throw new UserException("The folders train and test of " + name + " have different classes.");
            }
            return new Layout(train.get(), test.get(), classes);
        }
    }

    private interface Work<T> {
        T on(Path root) throws IOException;
    }

    /**
     * @param imageSize side that all images are scaled to
     * @param progress told now and then how far loading is
     */
    public static ImageFolder load(Path path, int imageSize, Consumer<String> progress) {
        return in(path, root -> load(root, path.toString(), imageSize, progress));
    }

    /** The names of the classes, without reading an image. */
    public static List<String> classNames(Path path) {
        return in(path, root -> Layout.of(root, path.toString()).classes());
    }

    private static <T> T in(Path path, Work<T> work) {
        if (!Files.exists(path)) {
            throw new UserException("There is no " + path + "; give a folder or a zip file of class folders.");
        }
        try {
            if (Files.isDirectory(path)) {
                return work.on(path);
            }
            try (FileSystem zip = FileSystems.newFileSystem(path)) {
                return work.on(zip.getPath("/"));
            }
        } catch (ProviderNotFoundException e) {
            throw new UserException(path + " is neither a folder nor a zip file.");
        } catch (ZipException e) {
            throw new UserException(path + " is neither a folder nor a zip file that can be read (" + e.getMessage()
                    + "). Get or pack it again, or give the folder that it was made of.");
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static ImageFolder load(Path root, String name, int imageSize, Consumer<String> progress)
            throws IOException {
        Layout layout = Layout.of(root, name);
        List<String> classes = layout.classes();
        List<Sample> training = new ArrayList<>();
        List<Sample> testing = new ArrayList<>();
        if (layout.test() != null) {
            collect(layout.train(), name, classes, training);
            collect(layout.test(), name, classes, testing);
        } else {
            List<Sample> all = new ArrayList<>();
            collect(layout.train(), name, classes, all);
            Collections.shuffle(all, new Random(1));
            for (int i = 0; i < all.size(); i++) {
                (i % TEST_SHARE == 0 ? testing : training).add(all.get(i));
            }
        }
        ConcurrentLinkedQueue<String> skipped = new ConcurrentLinkedQueue<>();
        Consumer<String> told = progress == null ? _ -> {} : progress;
        ImageSet trainSet = decode(training, classes, imageSize, skipped, told, "training images");
        ImageSet testSet = decode(testing, classes, imageSize, skipped, told, "test images");
        int total = training.size() + testing.size();
        if (skipped.size() > Math.max(1, MOST_SKIPPED * total)) {
            throw new UserException(skipped.size() + " of " + total + " images in " + name
                    + " cannot be decoded, the first: " + skipped.peek() + ". Remove or repair them.");
        }
        if (trainSet.size() == 0 || testSet.size() == 0) {
            throw new UserException(name + " leaves no image for " + (testSet.size() == 0 ? "testing" : "training")
                    + ": it has " + total + ", and " + skipped.size() + " cannot be decoded. Add images.");
        }
        return new ImageFolder(trainSet, testSet, List.copyOf(skipped));
    }

    /** The images of a folder, in the order of their names, or one image alone, as samples of class 0. */
    public record Unlabelled(ImageSet images, List<Path> files, List<Path> skipped) {}

    /** Reads one image, or all that lie in a folder itself, scaled to {@code imageSize}. */
    public static Unlabelled unlabelled(Path path, int imageSize) {
        if (!Files.exists(path)) {
            throw new UserException("There is no " + path + "; give an image or a folder of images.");
        }
        try {
            List<Path> all = Files.isDirectory(path) ? images(path) : List.of(path);
            List<Path> files = new ArrayList<>();
            List<Path> skipped = new ArrayList<>();
            String reason = "";
            List<byte[]> pixels = new ArrayList<>();
            for (Path file : all) {
                try {
                    pixels.add(ImageFile.pixels(file, imageSize));
                    files.add(file);
                } catch (IOException e) {
                    skipped.add(file);
                    reason = UserException.reason(e);
                }
            }
            if (files.isEmpty()) {
                throw new UserException(path
                        + (all.isEmpty()
                                ? " holds no image (png, jpg, bmp or gif)."
                                : " is not an image that can be decoded (" + reason
                                        + "). Give a png, jpg, bmp or gif."));
            }
            return new Unlabelled(unlabelled(pixels, imageSize), files, skipped);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** One image, from the bytes of a file, scaled to {@code imageSize}. */
    public static ImageSet unlabelled(byte[] file, int imageSize) {
        try {
            return unlabelled(List.of(ImageFile.pixels(file, imageSize)), imageSize);
        } catch (IOException e) {
            throw new UserException("This is not an image that can be decoded (" + UserException.reason(e)
                    + "). Give a png, jpg, bmp or gif.");
        }
    }

    private static ImageSet unlabelled(List<byte[]> pixels, int imageSize) {
        return new ByteImages(pixels, new int[pixels.size()], List.of(), imageSize);
    }

    private static UserException unreadable(Path path, IOException e) {
        return new UserException(path + " cannot be read: " + UserException.reason(e) + ".");
    }

    private static Optional<Path> child(Path folder, String name) {
        Path child = folder.resolve(name);
        return Files.isDirectory(child) ? Optional.of(child) : Optional.empty();
    }

    private static List<Path> folders(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static List<Path> images(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(Files::isRegularFile)
                    .filter(f -> f.toString().toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g|bmp|gif)"))
                    .sorted()
                    .toList();
        }
    }

    private static String plain(Path folder) {
        return folder.getFileName().toString().replace("/", "");
    }

    private static List<String> classNames(Path folder, String name) throws IOException {
        List<String> classes = folders(folder).stream().map(ImageFolder::plain).toList();
        if (classes.size() < 2) {
            throw new UserException(name + " has " + classes.size()
                    + " class folders; it needs at least two, each with the images of one class.");
        }
        return classes;
    }

    private static void collect(Path folder, String name, List<String> classes, List<Sample> samples)
            throws IOException {
        for (int label = 0; label < classes.size(); label++) {
            List<Path> files = images(folder.resolve(classes.get(label)));
            if (files.isEmpty()) {
                throw new UserException("The class folder " + folder.resolve(classes.get(label)) + " of " + name
                        + " holds no image (png, jpg, bmp or gif). Add some, or remove the folder.");
            }
            for (Path file : files) {
                samples.add(new Sample(file, label));
            }
        }
    }

    private static ImageSet decode(
            List<Sample> samples,
            List<String> classes,
            int size,
            ConcurrentLinkedQueue<String> skipped,
            Consumer<String> progress,
            String what) {
        AtomicInteger done = new AtomicInteger();
        byte[][] pixels = new byte[samples.size()][];
        IntStream.range(0, samples.size()).parallel().forEach(i -> {
            Path file = samples.get(i).file();
            try {
                pixels[i] = ImageFile.pixels(file, size);
            } catch (IOException e) {
                skipped.add(file + " (" + UserException.reason(e) + ")");
            }
            int n = done.incrementAndGet();
            if (n % 5000 == 0) {
                progress.accept(n + " of " + samples.size() + " " + what);
            }
        });
        int[] good =
                IntStream.range(0, pixels.length).filter(i -> pixels[i] != null).toArray();
        return new ByteImages(
                IntStream.of(good).mapToObj(i -> pixels[i]).toList(),
                IntStream.of(good).map(i -> samples.get(i).label()).toArray(),
                classes,
                size);
    }
}
