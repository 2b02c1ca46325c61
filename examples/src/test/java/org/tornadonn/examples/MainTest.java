package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.train.Recipe;

/** The commands as a user types them: what they print and return. */
class MainTest {
    @TempDir
    Path folder;

    private static void fails(int code, String part, String... args) {
        Said said = Said.by(args);
        assertEquals(code, said.code(), said.err());
        assertTrue(said.err().contains(part), said.err());
        assertFalse(said.err().contains("\tat "), "no stack trace: " + said.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--width 16 --depth 1 --heads 1 --patch 8", "--model convnext --dims 8,16 --depths 1,1"})
    void trainsResumesAndEvaluates(String model) throws Exception {
        Path run = folder.resolve("run");
        String[] small = ("train --epochs 0.02 --batch 32 --out " + run + " " + model).split(" ");
        Said first = Said.by(small);
        assertEquals(0, first.code(), first.err());
        assertTrue(first.out().contains("LayerNorm") && first.out().contains("DyT"), first.out());
        assertTrue(
                first.out().contains("OpenCL") || first.out().contains("Portable"), "names the device: " + first.out());
        for (String file :
                new String[] {"config.json", "log.jsonl", "curves.png", "layernorm.safetensors", "dyt.safetensors"}) {
            assertTrue(Files.exists(run.resolve(file)), file);
        }
        Said again = Said.by("train", "--resume", run.toString());
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("resumed after step"), again.out());
        Said eval = Said.by("eval", run.resolve("dyt.safetensors").toString());
        assertEquals(0, eval.code(), eval.err());
        assertTrue(eval.out().contains("test accuracy"), eval.out());
        assertTrue(
                eval.out()
                        .matches(
                                "(?s).*\\R64 images at a time: median [\\d.]+ ms, 95 % within .*images/s\\R1 image at .*"),
                eval.out());
        predicts(run.resolve("dyt.safetensors"));
        assertEquals(
                0, Said.by("onnx", run.resolve("dyt.safetensors").toString()).code());
        assertTrue(Files.size(run.resolve("dyt.onnx")) > 1000);
        Said other = Said.by(("train --epochs 0.02 --norm dyt --init " + run.resolve("layernorm.safetensors")
                        + " --out " + folder.resolve("other") + " " + model)
                .split(" "));
        assertEquals(0, other.code(), other.err());
        assertTrue(other.out().contains("not in the file: "), other.out());
    }

    @Test
    void trainsByTheRecipeOfAFileAndResumes() throws Exception {
        Path recipe = Files.writeString(folder.resolve("recipe.json"), """
                {"steps": 3, "batch": 8, "augmentation": {"crop": 0.2, "randAugment": 9, "mixup": 0.8, "cutmix": 1.0}}
                """);
        Path run = folder.resolve("run");
        Said said = Said.by(("train --norm dyt --width 16 --depth 1 --heads 1 --patch 8 --seed 5 --recipe " + recipe
                        + " --out " + run)
                .split(" "));
        assertEquals(0, said.code(), said.err());
        Recipe used = RunConfig.read(run).recipe();
        assertEquals(
                new Recipe(3, 8, 1e-3, 1, 0.05f, 0.1f, 5)
                        .withAugmentation(new Augmentation(0, false, 0.2, 9, 0, 0.8, 1)),
                used);
        Said again = Said.by("train", "--resume", run.toString());
        assertTrue(again.out().contains("resumed after step 3"), again.out() + again.err());
    }

    @Test
    void aRunFolderIsNotOverwritten() throws Exception {
        Path run = Files.createDirectories(folder.resolve("run"));
        String config = Files.writeString(run.resolve("config.json"), "{}").toString();
        fails(1, "train --resume " + run, "train", "--out", run.toString());
        assertEquals("{}", Files.readString(Path.of(config)));
        Path file = Files.writeString(folder.resolve("file"), "");
        for (Path below : new Path[] {file, file.resolve("run")}) {
            fails(1, "cannot be written: ", "train", "--epochs", "0.01", "--out", below.toString());
        }
        fails(1, "--save-every", "train", "--save-every", "-1");
    }

    private void predicts(Path checkpoint) throws Exception {
        Path images = Files.createDirectories(folder.resolve("images"));
        ImageIO.write(
                new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("black.png").toFile());
        Files.writeString(images.resolve("broken.png"), "no image");
        Said said = Said.by("predict", checkpoint.toString(), images.toString(), "--top", "2");
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().matches("(?s).*black.png  [a-z ]+ \\d+\\.\\d%, [a-z ]+ \\d+\\.\\d%\\R.*"), said.out());
        assertTrue(said.out().contains("broken.png  cannot be decoded"), said.out());
        assertFalse(said.out().contains("median"), "one batch, which is the first");
        Files.copy(images.resolve("black.png"), images.resolve("second.png"));
        Said single = Said.by("predict", checkpoint.toString(), images.toString(), "--batch", "1");
        assertTrue(single.out().contains("1 image at a time: median"), single.out());
        fails(1, "--batch must be at least 1", "predict", checkpoint.toString(), images.toString(), "--batch", "0");
        fails(1, "no average", "predict", checkpoint.toString(), images.toString(), "--use-ema");
        fails(1, "no average", "onnx", checkpoint.toString(), "--use-ema");
        fails(1, "--batch must be at least 1", "eval", checkpoint.toString(), "--batch", "0");
        fails(
                1,
                "not an image",
                "predict",
                checkpoint.toString(),
                images.resolve("broken.png").toString());
    }

    @Test
    void trainsOnTwoDevicesAndResumesOnOne() throws Exception {
        assumeTrue(DeviceChoice.all().size() > 1, "this engine has one device here, and this test needs two");
        Path run = folder.resolve("two");
        Said two = Said.by(
                ("train --epochs 0.02 --norm dyt --width 16 --depth 1 --heads 1 --patch 8 --device 0,1 --out " + run)
                        .split(" "));
        assertEquals(0, two.code(), two.err());
        assertEquals(4, two.out().lines().filter(l -> l.startsWith("Engine:")).count(), two.out());
        Said one = Said.by("train", "--resume", run.toString(), "--device", "0");
        assertEquals(0, one.code(), one.err());
        assertTrue(one.out().contains("resumed after step"), one.out());
        fails(1, "cut into 2 equal parts", "train", "--batch", "33", "--width", "3", "--device", "0,1");
        fails(1, "given twice", "train", "--width", "3", "--device", "0,0");
        fails(1, "There is no device 77", "train", "--device", "0,77");
    }

    @Test
    void mistakesAreExplainedWithoutStackTrace() throws Exception {
        fails(1, "There is no", "train", "--data", folder.resolve("nowhere").toString());
        fails(1, "There is no device", "train", "--device", "nonesuch");
        fails(1, "./setup.sh --with-tornadovm ptx", "train", "--device", "ptx");
        fails(1, "must divide", "train", "--patch", "5");
        fails(1, "There is no file", "eval", folder.resolve("none").toString());
        fails(1, "not a run folder", "train", "--resume", folder.toString());
        fails(
                1,
                "larger than the training set",
                "train",
                "--batch",
                "30000",
                "--width",
                "3",
                "--patch",
                "32",
                "--depth",
                "1");
        fails(1, "would fit", "train", "--batch", "16000", "--width", "768", "--depth", "12");
        fails(2, "Unknown option", "train", "--nonsense");
        Path recipe = Files.writeString(folder.resolve("recipe.json"), "{\n\"batch\": 0}");
        fails(1, "line 2: batch is 0; allowed is 1 to", "train", "--recipe", recipe.toString());
        fails(1, "There is no readable recipe", "train", "--recipe", "papers");
        fails(1, "Give fewer warmupEpochs", "train", "--recipe", "paper", "--epochs", "3");
        fails(1, "batch is -1; allowed is 1 to", "train", "--batch", "-1");
        fails(1, "not those of --model vit", "train", "--depths", "1,1");
        fails(1, "not those of --model convnext", "train", "--model", "convnext", "--width", "8");
        fails(1, "Names begin with", "train", "--model", "resnet50");
        fails(1, "takes images of 32", "train", "--model", "vit_tiny_patch4_32", "--image-size", "64");
        fails(1, "one number per stage", "train", "--model", "convnext", "--dims", "8,16");
        fails(1, "There is no ConvNeXt", "models", "convnext_huge");
        fails(2, "Missing required parameter", "eval");
        Path text = Files.writeString(folder.resolve("text"), "not a checkpoint, but some text");
        fails(1, "not a safetensors file", "eval", text.toString());
    }

    /** Of a thousand classes, whose images nobody could decode. */
    @Test
    void memoryIsExplainedWithoutReadingImages() throws Exception {
        for (int label = 0; label < 1000; label++) {
            Path name = Files.createDirectories(folder.resolve("data/class" + label));
            Files.writeString(name.resolve("no.png"), "no image");
        }
        Path run = folder.resolve("run");
        String common = "train --explain-memory --norm dyt --out " + run;
        Said drawn = Said.by(common.split(" "));
        Said own = Said.by((common + " --data " + folder.resolve("data")).split(" "));
        assertEquals(0, drawn.code(), drawn.err());
        assertEquals(0, own.code(), own.err());
        assertTrue(own.out().contains("DyT:") && !own.out().contains("Reading"), own.out());
        assertNotEquals(drawn.out(), own.out());
        assertFalse(Files.exists(run));
    }

    @Test
    void modelsAreListedWithTheirParameters() {
        String all = Said.by("models").out();
        assertTrue(all.contains("vit_base_patch16_224") && all.contains("86,567,681"), all);
        assertTrue(all.contains("86,548,456") && all.contains("28,580,968"), "RMSNorm has no bias: " + all);
        assertTrue(all.contains("convnext_xlarge") && all.contains("350,197,009"), all);
        String one =
                Said.by("models", "convnext_femto_patch2_32", "--classes", "10").out();
        assertTrue(one.contains("4,834,906") && one.lines().count() == 2, one);
    }

    @Test
    void helpAndDevices() throws Exception {
        assertTrue(Said.by("--help").out().contains("train"));
        assertTrue(Said.by("train", "--help").out().contains("--data"));
        assertTrue(Said.by("devices").out().contains("Engine:"));
        HelloKernel.main(new String[0]);
        TrainVit.main(new String[0]);
    }
}
