package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** What "Transformers without Normalization" (arXiv 2503.10622) shows, scaled to a machine: a {@link Study} per command. */
@Command(
        name = "paper",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "pair|squash|alpha|curves",
        description = {
            "Train again what the DyT paper compares, scaled to this machine, and set the result beside the paper's figures.",
            "Each ends with report.html in its folder, and goes on where it was stopped when it is called again."
        })
final class PaperCommand {
    private static final String VIT = "vit";
    private static final String CONVNEXT = "convnext";

    /** How large, on what, and where to. */
    static final class Scale {
        @Option(
                names = "--data",
                paramLabel = "FOLDER|ZIP",
                description = "Images in class folders; without it, drawn shapes.")
        Path data;

        @Option(
                names = "--epochs",
                defaultValue = "2",
                showDefaultValue = picocli.CommandLine.Help.Visibility.ALWAYS,
                description = "Passes over the training images; the paper has 300.")
        double epochs;

        @Option(
                names = "--seeds",
                defaultValue = "1",
                showDefaultValue = picocli.CommandLine.Help.Visibility.ALWAYS,
                description = "Trainings of each, with seeds 1 to this; more than one shows the spread.")
        int seeds;

        @Option(names = "--device", paramLabel = "NUMBER|NAME|TYPE|BACKEND[,...]", description = "As of train.")
        String device;

        @Option(names = "--out", paramLabel = "FOLDER", description = "By default runs/paper- and the command's name.")
        Path out;

        @Parameters(
                paramLabel = "-- TRAIN OPTIONS",
                description = "Any options of train, after --, such as: -- --width 192 --depth 6 --batch 64")
        List<String> more = new ArrayList<>();

        /** As options of train. */
        List<String> options() {
            List<String> options = new ArrayList<>(List.of("--epochs", "" + epochs));
            if (data != null) {
                options.addAll(List.of("--data", data.toString()));
            }
            if (device != null) {
                options.addAll(List.of("--device", device));
            }
            options.addAll(more);
            return options;
        }

        Path folder(String command) {
            return out != null ? out : Path.of("runs", "paper-" + command);
        }
    }

    @Command(
            name = "pair",
            mixinStandardHelpOptions = true,
            description = "LayerNorm against DyT: curves and accuracy.")
    void pair(
            @Mixin Scale scale,
            @Option(
                            names = "--models",
                            split = ",",
                            defaultValue = VIT + "," + CONVNEXT,
                            description = "vit, convnext, or names that tornado-nn models lists.")
                    List<String> models) {
        Study study = new Study(
                "LayerNorm against DyT",
                "The paper's claim: with DyT in place of every LayerNorm, models train along nearly the same curves to the same"
                        + " accuracy or better.",
                "LayerNorm");
        for (String model : models) {
            Map<String, String> paper = model.startsWith(CONVNEXT)
                    ? Map.of("LayerNorm", "83.7 (B), 84.3 (L)", "DyT", "83.7 (B), 84.4 (L)")
                    : Map.of("LayerNorm", "82.3 (B), 83.1 (L)", "DyT", "82.5 (B), 83.6 (L)");
            study.compare(model, "ImageNet-1K top-1", paper);
            for (Norm norm : List.of(Norm.LAYER_NORM, Norm.DYT)) {
                study.add(model, norm.toString(), List.of("--norm", norm.toString()), scale.seeds);
            }
        }
        study.run(scale.folder("pair"), scale.options());
    }

    @Command(
            name = "squash",
            mixinStandardHelpOptions = true,
            description = "A ViT with tanh, hardtanh, sigmoid, identity, with and without alpha.")
    void squash(@Mixin Scale scale) {
        Study study = new Study(
                "What squashes",
                "The paper's claim: without squashing (identity) training diverges; tanh is best of the squashing functions, and"
                        + " every one is better with alpha than without.",
                "DyT");
        Map<String, String> paper = new LinkedHashMap<>();
        paper.put("DyT", "82.5");
        paper.put("DyHardtanh", "82.2");
        paper.put("DySigmoid", "81.6");
        paper.put("DyIdentity", "61.0, then diverged");
        paper.put("Tanh", "81.1");
        paper.put("Hardtanh", "80.7");
        paper.put("Sigmoid", "80.7");
        study.compare(VIT, "ViT-B, ImageNet-1K top-1", paper);
        paper.keySet().forEach(norm -> study.add(VIT, norm, List.of("--norm", norm), scale.seeds));
        study.run(scale.folder("squash"), scale.options());
    }

    @Command(
            name = "alpha",
            mixinStandardHelpOptions = true,
            description = "A ViT with DyT, from several first values of alpha; alpha against 1 / std of its input.")
    void alpha(
            @Mixin Scale scale,
            @Option(
                            names = "--values",
                            split = ",",
                            defaultValue = "0.25,0.5,1,2",
                            description = "First values of alpha.")
                    List<Float> values) {
        if (values.stream().anyMatch(v -> !(v > 0) || v.isInfinite())) {
            throw new UserException("A first value of alpha must be a positive number.");
        }
        Study study = new Study(
                "Alpha",
                "The paper's claims: outside language models 0.5 is a good first value for all, and 0.5 to 1.2 are fine; it moves the"
                        + " early part of the curve more than the end. In training alpha follows 1 / std of the layer's input, and in a"
                        + " trained model the two go together over the layers.",
                "alpha0 0.5");
        study.compare(VIT, "ViT-B, ImageNet-1K top-1", Map.of("alpha0 0.5", "82.5", "alpha0 1.0", "82.6"));
        for (float value : values) {
            study.add(VIT, "alpha0 " + value, List.of("--norm", "DyT", "--alpha0", "" + value), scale.seeds);
        }
        study.run(scale.folder("alpha"), scale.options(), PaperCommand::alphas);
    }

    private static List<Study.Figure> alphas(Map<Study.Training, Path> runs) {
        List<Study.Figure> figures = new ArrayList<>();
        runs.forEach((training, run) -> Alphas.read(run.resolve("alpha.jsonl")).forEach((norm, alphas) -> {
            String name = training.variant() + ", seed " + training.seed();
            figures.add(new Study.Figure(
                    name,
                    String.format(
                            Locale.ROOT,
                            "Correlation of alpha and 1 / std over the layers, trained: %.2f.",
                            alphas.correlation()),
                    List.of(alphas.course("in training"), Alphas.scatter(Map.of(norm, alphas)))));
        }));
        return figures;
    }

    @Command(
            name = "curves",
            mixinStandardHelpOptions = true,
            description = "A ViT with LayerNorm: what its trained norm layers make of their input.")
    void curves(@Mixin Scale scale) {
        Study study = new Study(
                "The curves of LayerNorm",
                "The paper's claim: over tokens and channels, trained LayerNorm maps its input along a straight line in early layers,"
                        + " and along an S like tanh's in deeper ones.",
                "LayerNorm");
        study.compare(VIT, "ViT-B, ImageNet-1K top-1", Map.of("LayerNorm", "82.3"));
        study.add(VIT, "LayerNorm", List.of("--norm", "LayerNorm"), scale.seeds);
        TornadoDevice device = DeviceChoice.several(scale.device)[0];
        study.run(
                scale.folder("curves"),
                scale.options(),
                runs -> runs.entrySet().stream()
                        .map(run -> {
                            RunConfig config = RunConfig.read(run.getValue());
                            Path data = config.data() == null ? null : Path.of(config.data());
                            Datasets sets = Datasets.open(data, config.model().imageSize());
                            Path checkpoint = RunConfig.checkpoint(run.getValue(), Norm.LAYER_NORM);
                            return NormCurves.figure(
                                    "Seed " + run.getKey().seed(), NormCurves.of(checkpoint, sets.test(), device));
                        })
                        .toList());
    }
}
