package org.tornadonn.examples;

import java.nio.file.Path;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.DrawnImages;
import org.tornadonn.nn.data.ImageFolder;
import org.tornadonn.nn.data.ImageSet;

/** A training and a test set. */
record Datasets(String name, ImageSet train, ImageSet test) {
    private static final int DRAWN_TRAIN = 20_000;
    private static final int DRAWN_TEST = 2_000;

    /** Images of a folder or zip, or for null the drawn ones. */
    static Datasets open(Path data, int imageSize) {
        if (data == null) {
            if (imageSize != 32) {
                throw new UserException("The drawn images have 32 pixels a side; leave --image-size out.");
            }
            return new Datasets("drawn shapes", DrawnImages.create(DRAWN_TRAIN, 1), DrawnImages.create(DRAWN_TEST, 2));
        }
        ImageFolder folder = ImageFolder.load(data, imageSize, line -> System.out.println("  " + line));
        if (!folder.skipped().isEmpty()) {
            System.out.println("Skipped " + folder.skipped().size() + " images that cannot be decoded, the first: "
                    + folder.skipped().getFirst());
        }
        return new Datasets(data.getFileName().toString(), folder.train(), folder.test());
    }

    /** The number of classes of a folder or zip, or for null of the drawn ones. */
    static int classes(Path data) {
        return (data == null ? DrawnImages.NAMES : ImageFolder.classNames(data)).size();
    }

    @Override
    public String toString() {
        return name + ": " + train.size() + " training and " + test.size() + " test images of "
                + train.classNames().size() + " classes";
    }
}
