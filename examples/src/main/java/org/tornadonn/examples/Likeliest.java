package org.tornadonn.examples;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tornadonn.nn.train.Checkpoint;

/** A class that an image may be of. */
record Likeliest(String name, double probability) {
    /** The classes with the largest of a model's logits, the likeliest first; probabilities are their softmax. */
    static List<Likeliest> of(Checkpoint checkpoint, float[] logits, int image, int top) {
        int classes = checkpoint.config().classes();
        int first = image * classes;
        double largest = IntStream.range(0, classes)
                .mapToDouble(c -> logits[first + c])
                .max()
                .orElseThrow();
        double sum = IntStream.range(0, classes)
                .mapToDouble(c -> Math.exp(logits[first + c] - largest))
                .sum();
        List<String> names = checkpoint.classNames();
        return IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -logits[first + c]))
                .limit(top)
                .map(c -> new Likeliest(
                        c < names.size() ? names.get(c) : "class " + c, Math.exp(logits[first + c] - largest) / sum))
                .toList();
    }
}
