package org.tornadonn.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.convnext.ConvNextConfig;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.model.MemoryPlan;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.model.ModelConfig;
import org.tornadonn.nn.train.AlphaFit;
import org.tornadonn.nn.train.AlphaLog;
import org.tornadonn.nn.train.Checkpoint;
import org.tornadonn.nn.train.FirstAlphas;
import org.tornadonn.nn.train.Listener;
import org.tornadonn.nn.train.ProgressLine;
import org.tornadonn.nn.train.Recipe;
import org.tornadonn.nn.train.RecipeFile;
import org.tornadonn.nn.train.RunLog;
import org.tornadonn.nn.train.TensorBoardLog;
import org.tornadonn.nn.train.Trainer;
import org.tornadonn.nn.train.Weights;
import org.tornadonn.nn.vit.VitConfig;
import org.tornadonn.nn.zoo.Models;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Trains a ViT or a ConvNeXt with each of some norms, one after the other, and compares them. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false,
        description =
                "Train a vision transformer or a ConvNeXt, with LayerNorm and with DyT or other norms, on drawn images or your own.")
final class TrainCommand implements Runnable {
    /** Reads norms as {@link Norm#toString} writes them, in any case. */
    static final class NormReader implements ITypeConverter<Norm>, Iterable<String> {
        @Override
        public Norm convert(String text) {
            return Arrays.stream(Norm.values())
                    .filter(n -> n.toString().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "there is no norm '" + text + "'. The norms are " + String.join(", ", this)));
        }

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Norm.values()).map(Norm::toString).iterator();
        }
    }

    @Option(
            names = "--data",
            paramLabel = "FOLDER|ZIP",
            description = "Images in class folders; without it, drawn shapes.")
    Path data;

    @Option(
            names = "--model",
            defaultValue = "vit",
            paramLabel = "vit|convnext|NAME",
            description = "A kind with the options below, or a name that tornado-nn models lists.")
    String architecture;

    @Option(
            names = "--init",
            paramLabel = "FILE",
            description = "Begin with the weights of a safetensors file, timm's or a checkpoint, by name; their average"
                    + " where it has one.")
    Path init;

    @Option(
            names = "--norm",
            defaultValue = "LayerNorm,DyT",
            split = ",",
            paramLabel = "NORM",
            converter = NormReader.class,
            completionCandidates = NormReader.class,
            description = "One, or several to train with and compare: ${COMPLETION-CANDIDATES}.")
    List<Norm> norms;

    @Mixin
    RecipeOptions recipe;

    @Option(
            names = "--pool",
            description =
                    "What the head of a ViT is given, ${COMPLETION-CANDIDATES}; without it the average of the patches.")
    VitConfig.Pool pool;

    @Option(
            names = "--image-size",
            description = "Side that images are scaled to; without it 32, or that of the model's name.")
    Integer imageSize;

    // The paper has 0.5, for widths of 384 and more and 300 epochs; narrow models take, and short runs need, a larger
    // one.
    @Option(
            names = "--alpha0",
            defaultValue = "2",
            paramLabel = "NUMBER[,PART=NUMBER...]|fit",
            description =
                    "First value of DyT's alpha; 0.5 in the paper. Layers with a part in their names may have others:"
                            + " 5,downsample=1,head=0.5. fit: 1/std of what each layer is given.")
    String alpha0;

    @Option(
            names = "--device",
            paramLabel = "NUMBER|NAME|TYPE|BACKEND[,...]",
            description = "As tornado-nn devices lists them; several, such as 0,1, share each batch equally.")
    String device;

    @Option(
            names = "--explain-memory",
            description = "Print what the training would keep in the memory of each device, and stop.")
    boolean explainMemory;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Run folder; by default runs/ and the time.")
    Path out;

    @Option(
            names = "--save-every",
            defaultValue = "10",
            paramLabel = "SECONDS",
            description = "Between checkpoints; one is written after each epoch too.")
    double saveEvery;

    @Option(names = "--resume", paramLabel = "FOLDER", description = "Go on with a run that was stopped.")
    Path resume;

    @ArgGroup(exclusive = false, heading = "A ViT (--model VIT):%n")
    VitOptions vit;

    @ArgGroup(exclusive = false, heading = "A ConvNeXt (--model CONVNEXT):%n")
    ConvNextOptions convnext;

    static final class VitOptions {
        @Option(names = "--patch", defaultValue = "4", description = "Side of a patch.")
        int patch;

        @Option(names = "--width", defaultValue = "96", description = "Channels of a token.")
        int width;

        @Option(names = "--depth", defaultValue = "4", description = "Transformer blocks.")
        int depth;

        @Option(names = "--heads", defaultValue = "3", description = "Attention heads.")
        int heads;
    }

    static final class ConvNextOptions {
        @Option(
                names = "--stem",
                defaultValue = "2",
                description = "Side of the patches that the stem makes features of.")
        int stem;

        @Option(
                names = "--dims",
                defaultValue = "48,96,192,384",
                paramLabel = "N,N...",
                converter = PerStage.Reader.class,
                description = "Channels of each stage.")
        PerStage dims;

        @Option(
                names = "--depths",
                defaultValue = "2,2,6,2",
                paramLabel = "N,N...",
                converter = PerStage.Reader.class,
                description = "Blocks of each stage.")
        PerStage depths;

        @Option(names = "--layer-scale", defaultValue = "1e-6", description = "First value of gamma in blocks.")
        float layerScale;
    }

    record PerStage(List<Integer> numbers) {
        static final class Reader implements ITypeConverter<PerStage> {
            @Override
            public PerStage convert(String text) {
                return new PerStage(
                        Arrays.stream(text.split(",")).map(Integer::valueOf).toList());
            }
        }
    }

    private record Result(Norm norm, Listener.Evaluation evaluation, double imagesPerSecond, int parameters) {}

    @Override
    public void run() {
        if (!(saveEvery >= 0)) {
            throw new UserException("--save-every is a number of seconds, 0 or more.");
        }
        Path folder = resume != null ? resume : out != null ? out : freshFolder();
        if (resume == null) {
            RunConfig.checkFree(folder);
        }
        TornadoDevice[] targets = DeviceChoice.several(device);
        engines(targets);
        RunConfig config = resume == null ? null : RunConfig.read(resume);
        RecipeFile chosen = config == null ? recipe.file(isConvNext() ? "convnext" : "vit") : null;
        Path source = config == null ? data : config.data() == null ? null : Path.of(config.data());
        int size = config == null ? side() : config.model().imageSize();
        if (explainMemory) {
            explainMemory(config, chosen, source, targets.length);
            return;
        }
        System.out.println("Reading " + (source == null ? "drawn images" : source) + " ...");
        Datasets sets = Datasets.open(source, size);
        System.out.println("Data: " + sets);
        if (config == null) {
            config = fresh(
                    chosen, sets.train().classNames().size(), Batches.stepsPerEpoch(sets.train(), chosen.batch()));
        }
        if (resume == null) {
            config.write(folder);
        }
        List<Result> results = new ArrayList<>();
        for (Norm each : config.norms()) {
            results.add(train(config, each, sets, targets, folder));
        }
        Path png = Curves.draw(folder);
        System.out.printf(
                "%n%-10s %14s %10s %12s %11s%n", "norm", "test accuracy", "test loss", "images/s", "parameters");
        for (Result r : results) {
            System.out.printf(
                    "%-10s %13.1f%% %10.3f %12s %,11d%n",
                    r.norm(),
                    100 * r.evaluation().score().accuracy(),
                    r.evaluation().score().loss(),
                    Double.isNaN(r.imagesPerSecond()) ? "-" : String.format("%.0f", r.imagesPerSecond()),
                    r.parameters());
            if (r.evaluation().ema() != null) {
                System.out.printf(
                        "%-10s %13.1f%% %10.3f%n",
                        "  averaged",
                        100 * r.evaluation().ema().accuracy(),
                        r.evaluation().ema().loss());
            }
        }
        System.out.println();
        engines(targets);
        System.out.println("Curves: " + png + "   Run folder: " + folder);
    }

    private static void engines(TornadoDevice[] devices) {
        for (TornadoDevice each : devices) {
            System.out.println("Engine: " + Engine.describe(each));
        }
    }

    /** Named by the time, and by a number where that second has a run already. */
    private static Path freshFolder() {
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss"));
        Path folder = Path.of("runs", time);
        for (int i = 2; Files.exists(folder); i++) {
            folder = Path.of("runs", time + "-" + i);
        }
        return folder;
    }

    private boolean isConvNext() {
        return architecture.toLowerCase(Locale.ROOT).startsWith("convnext");
    }

    /** Reads no image: what is kept does not depend on their number. */
    private void explainMemory(RunConfig resumed, RecipeFile chosen, Path source, int devices) {
        RunConfig config = resumed != null ? resumed : fresh(chosen, Datasets.classes(source), 1);
        for (Norm each : config.norms()) {
            System.out.println("\n" + each + ":\n"
                    + MemoryPlan.of(
                            config.model().withNorm(each), config.recipe().training(), devices));
        }
    }

    private RunConfig fresh(RecipeFile chosen, int classes, int stepsPerEpoch) {
        ModelConfig model = pooled(model(classes, norms.getFirst()));
        norms.stream()
                .filter(Norm::hasAlpha)
                .forEach(norm ->
                        FirstAlphas.of(alpha0).check(model.withNorm(norm).parameters()));
        Recipe usual = Recipe.of(1, 1, 1e-3, 1).withAugmentation(RunConfig.usualAugmentation(data == null));
        return new RunConfig(
                data == null ? null : data.toAbsolutePath().toString(),
                init == null ? null : init.toAbsolutePath().toString(),
                norms,
                model,
                alpha0,
                chosen.recipe(usual, Math.max(1, stepsPerEpoch)));
    }

    private ModelConfig model(int classes, Norm first) {
        String kind = architecture.toLowerCase(Locale.ROOT);
        if (vit != null && !kind.equals("vit") || convnext != null && !kind.equals("convnext")) {
            throw new UserException("Some of these options are not those of --model " + architecture
                    + ". See tornado-nn train --help.");
        }
        return switch (kind) {
            case "vit" -> {
                VitOptions o = vit == null ? CommandLine.populateCommand(new VitOptions()) : vit;
                yield VitConfig.of(side(), o.patch, o.width, o.depth, o.heads, classes, first)
                        .withAlpha0(FirstAlphas.of(alpha0).usual());
            }
            case "convnext" -> {
                ConvNextOptions o = convnext == null ? CommandLine.populateCommand(new ConvNextOptions()) : convnext;
                yield ConvNextConfig.of(side(), o.stem, o.depths.numbers(), o.dims.numbers(), classes, first)
                        .withLayerScale(o.layerScale)
                        .withAlpha0(FirstAlphas.of(alpha0).usual());
            }
            default -> named(classes, first);
        };
    }

    private ModelConfig pooled(ModelConfig model) {
        if (pool == null) {
            return model;
        }
        if (model instanceof VitConfig v) {
            return v.withPool(pool);
        }
        throw new UserException("--pool is an option of ViTs; leave it out for --model " + architecture + ".");
    }

    private ModelConfig named(int classes, Norm first) {
        ModelConfig model = Models.create(architecture, classes, first);
        return switch (model) {
            case VitConfig v -> v.withAlpha0(FirstAlphas.of(alpha0).usual());
            case ConvNextConfig c -> c.withAlpha0(FirstAlphas.of(alpha0).usual());
            default -> model;
        };
    }

    /** Side of the images, which a named model says itself. */
    private int side() {
        if (List.of("vit", "convnext").contains(architecture.toLowerCase(Locale.ROOT))) {
            return imageSize == null ? 32 : imageSize;
        }
        int side = Models.create(architecture, 2, Norm.DYT).imageSize();
        if (imageSize != null && imageSize != side) {
            throw new UserException(architecture + " takes images of " + side
                    + " pixels a side. Leave --image-size out, or give the model's name another size.");
        }
        return side;
    }

    /** Where the run was stopped, or what it is to begin with. */
    private static void begin(Model model, RunConfig config, Norm norm, Path checkpoint, Datasets sets) {
        if (Files.exists(checkpoint)) {
            Checkpoint.load(checkpoint).restore(model);
            System.out.println(norm + ": resumed after step " + model.step());
            return;
        }
        if (config.init() != null) {
            System.out.println(norm + ": " + Weights.load(Path.of(config.init()), model));
        }
        if (config.alpha0() != null && norm.hasAlpha()) {
            FirstAlphas alphas = FirstAlphas.of(config.alpha0());
            if (alphas.fitted()) {
                System.out.println(norm + ": fitting the first alphas ...");
            }
            AlphaFit fit = alphas.apply(model, sets.train());
            if (fit != null) {
                System.out.println(norm + ": " + fit);
            }
        }
    }

    private Result train(RunConfig config, Norm norm, Datasets sets, TornadoDevice[] devices, Path folder) {
        Recipe recipe = config.recipe();
        Path file = RunConfig.checkpoint(folder, norm);
        Duration interval = Duration.ofNanos((long) (1e9 * saveEvery));
        try (Model model = new Model(config.model().withNorm(norm), recipe.training(), devices)) {
            begin(model, config, norm, file, sets);
            double[] speed = {Double.NaN};
            Listener rate = new Listener() {
                @Override
                public void step(Progress progress) {
                    speed[0] = progress.imagesPerSecond();
                }

                @Override
                public void evaluated(Evaluation evaluation) {}
            };
            List<Listener> listeners = List.of(
                    rate,
                    new ProgressLine(norm.toString(), System.out),
                    new RunLog(norm.toString(), folder.resolve("log.jsonl")),
                    new AlphaLog(model, sets.test(), norm.toString(), folder.resolve("alpha.jsonl")),
                    new TensorBoardLog(folder.resolve("tensorboard").resolve(norm.toString())));
            Listener.Evaluation evaluation =
                    new Trainer(model, recipe, sets.train(), sets.test(), file, interval, listeners).run();
            return new Result(norm, evaluation, speed[0], model.table().size());
        }
    }
}
