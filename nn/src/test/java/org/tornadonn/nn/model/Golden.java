package org.tornadonn.nn.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.vit.VitConfig;

/**
 * A micro-network, filled by a rule, and what timm's modules under PyTorch gave for it (files in {@code golden/}).
 *
 * @param logits of {@link #input()}
 * @param losses before steps 1 to 6 of AdamW with learning rate 0.01 and weight decay 0.05
 * @param gradients of all parameters, in order
 */
record Golden(ModelConfig config, double[] logits, double[] losses, List<Gradient> gradients) {
    static final int[] LABELS = {1, 2};

    /** @param value L2 norm, or of DyT's alpha the gradient itself */
    record Gradient(String name, List<Integer> shape, double value) {}

    static List<Golden> all() {
        VitConfig vit = VitConfig.of(8, 4, 8, 2, 2, 3, Norm.LAYER_NORM);
        return Stream.of(Norm.LAYER_NORM, Norm.DYT)
                .flatMap(norm -> Stream.of(
                        load("vit", vit.withNorm(norm)),
                        load("vit-token", vit.withPool(VitConfig.Pool.TOKEN).withNorm(norm)),
                        load(
                                "convnext",
                                new ConvNextConfig(
                                        32,
                                        3,
                                        4,
                                        List.of(1, 1, 1, 1),
                                        List.of(4, 6, 8, 10),
                                        3,
                                        norm,
                                        0.5f,
                                        1f,
                                        false))))
                .toList();
    }

    private static Golden load(String name, ModelConfig config) {
        String file = "/golden/" + name + "-" + config.norm().toString().toLowerCase() + ".txt";
        double[] logits = null;
        double[] losses = null;
        List<Gradient> gradients = new ArrayList<>();
        try (InputStream in = Golden.class.getResourceAsStream(file)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "logits" -> logits = numbers(words);
                    case "losses" -> losses = numbers(words);
                    case "parameter" -> gradients.add(gradient(words));
                    case "#" -> {}
                    default -> throw new IllegalStateException(file + ": " + line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Golden(config, logits, losses, gradients);
    }

    private static double[] numbers(String[] words) {
        return Stream.of(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    }

    private static Gradient gradient(String[] words) {
        List<Integer> shape =
                Stream.of(words[2].split("x")).map(Integer::valueOf).toList();
        return new Gradient(words[1], shape, Double.parseDouble(words[3]));
    }

    /** A number in [-0.5, 0.5) that depends on k and t only. */
    private static double u(int k, int t) {
        int h = (int) (k * 2654435761L + t * 40503L + 1);
        h ^= h >>> 15;
        h = (int) (h * 2246822519L);
        h ^= h >>> 13;
        return Integer.toUnsignedLong(h) / 4294967296.0 - 0.5;
    }

    float[] input() {
        return input(config);
    }

    /** Two images. */
    static float[] input(ModelConfig config) {
        float[] pixels = new float[2 * config.channels() * config.imageSize() * config.imageSize()];
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] = (float) (4 * u(k, 1000));
        }
        return pixels;
    }

    static void fill(Model model) {
        int t = 0;
        for (ParameterTable.Entry entry : model.table().entries()) {
            double base = base(entry.name());
            for (int k = 0; k < entry.size(); k++) {
                double value = entry.shape().size() > 1 ? u(k, t) : 0.2 * u(k, t) + base;
                model.parameters().set(entry.offset() + k, (float) value);
            }
            t++;
        }
    }

    private static double base(String name) {
        if (name.endsWith("alpha")) {
            return 0.5;
        }
        return name.endsWith("weight") || name.endsWith("gamma") ? 1 : 0;
    }

    @Override
    public String toString() {
        String pool = config instanceof VitConfig v && v.pool() == VitConfig.Pool.TOKEN ? " by class token" : "";
        return config.getClass().getSimpleName().replace("Config", "") + pool + " with " + config.norm();
    }
}
