package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Augmentation;

/** Recipes in JSON: what they hold, what options change, and what is said of mistakes. */
class RecipeFileTest {
    private static final Recipe USUAL = Recipe.of(1, 32, 1e-3, 1);

    @TempDir
    Path folder;

    private RecipeFile file(String json) throws IOException {
        return RecipeFile.of(Files.writeString(folder.resolve("my.json"), json).toString(), "vit");
    }

    /** ImageNet has 1,281,167 images; the rates are those of timm's schedule for this recipe. */
    @ParameterizedTest
    @MethodSource("papers")
    void thePaperIsThePapers(String name, String kind, float dropPath) {
        RecipeFile file = RecipeFile.of(name, kind);
        assertEquals(4096, file.batch());
        Recipe paper = file.recipe(USUAL, 1_281_167 / file.batch());
        assertEquals(
                new Recipe(93_600, 4096, 4e-3, 6240, 0.05f, 0.1f, 0)
                        .with(1, 0.999f, 1f, 1f, 0f, 0.9999f, dropPath)
                        .withAugmentation(Augmentation.paper()),
                paper);
        assertEquals(0, paper.schedule().rate(0));
        assertEquals(6.411283859592884e-7, paper.schedule().rate(1), 1e-18);
        assertEquals(0.004, paper.schedule().rate(6239), 1e-15);
        assertEquals(0.0022243729699685643, paper.schedule().rate(46_800), 1e-15);
        assertEquals(1.0000012929028863e-6, paper.schedule().rate(93_599), 1e-15);
    }

    static Stream<Arguments> papers() {
        return Stream.of(
                Arguments.of("paper-vit", "vit", 0.1f),
                Arguments.of("paper-convnext", "vit", 0.5f),
                Arguments.of("paper", "vit", 0.1f),
                Arguments.of("paper", "convnext", 0.5f));
    }

    @Test
    void theDefaultIsWhatIsUsual() {
        Recipe recipe = RecipeFile.of("default", "vit").recipe(USUAL, 100);
        assertEquals(Recipe.of(200, 32, 1e-3, 1), recipe);
    }

    @Test
    void aFileSaysWhatDiffersAndOptionsChangeIt() throws IOException {
        RecipeFile file = file("""
                {"epochs": 3, "warmupEpochs": 0.5, "batch": 64, "augmentation": {"mixup": 0.8, "flip": true}}
                """);
        Augmentation augmentation = new Augmentation(0, true, 1, 0, 0, 0.8, 0);
        assertEquals(64, file.batch());
        assertEquals(
                new Recipe(30, 64, 1e-3, 5, 0.05f, 0.1f, 1).withAugmentation(augmentation), file.recipe(USUAL, 10));
        RecipeFile changed = file.with("epochs", 4.0)
                .with("batch", 16)
                .with("learningRate", null)
                .with("seed", 7L);
        assertEquals(
                new Recipe(160, 16, 1e-3, 20, 0.05f, 0.1f, 7).withAugmentation(augmentation),
                changed.recipe(USUAL, 40));
        Recipe inSteps = file("{\"steps\": 77, \"warmup\": 3}").recipe(USUAL, 10);
        assertEquals(77, inSteps.steps());
        assertEquals(3, inSteps.warmup());
        assertEquals(
                20,
                file("{\"steps\": 77}").with("epochs", 2.0).recipe(USUAL, 10).steps());
    }

    @Test
    void mistakesOfOptionsAreNamed() {
        RecipeFile paper = RecipeFile.of("paper", "vit");
        says(
                "batch is 0; allowed is 1 to 1048576.",
                () -> paper.with("batch", 0).batch());
        says(
                "learningRate is -1; allowed is 0 to 10.",
                () -> paper.with("learningRate", -1.0).recipe(USUAL, 10));
        says(
                "The warm-up of 20.0 epochs is longer than the training of 5.0. Give fewer warmupEpochs (--warmup-epochs).",
                () -> paper.with("epochs", 5.0).recipe(USUAL, 10));
        says(
                "There is no readable recipe nowhere.json. Give a JSON file or one of default, paper, paper-vit, paper-convnext.",
                () -> RecipeFile.of("nowhere.json", "vit"));
    }

    private static void says(String message, Runnable work) {
        assertEquals(message, assertThrows(UserException.class, work::run).getMessage());
    }

    private static Arguments mistake(String json, String message) {
        return Arguments.of(json, message);
    }

    /** The file, and what is said of it after its name. */
    static Stream<Arguments> mistakes() {
        String known =
                "accumulation, alphaRate, augmentation, batch, beta2, clip, dropPath, ema, epochs, layerDecay, learningRate, recompute, seed, smoothing,"
                        + " steps, warmup, warmupEpochs, weightDecay.";
        String inside = "crop, cutmix, erasing, flip, mixup, pad, randAugment.";
        return Stream.of(
                mistake("", " is not a JSON object { ... }."),
                mistake("[1, 2]", " is not a JSON object { ... }."),
                mistake("12", " is not a JSON object { ... }."),
                mistake("{\n\"batch\": 64", ", line 2: this is not JSON"),
                mistake("{\n\"batch\": 64,\n}", ", line 3: this is not JSON"),
                mistake("{\n'batch': 64}", ", line 2: this is not JSON"),
                mistake("{\"batch\": 064}", ", line 1: this is not JSON"),
                mistake("{\"batch\": NaN}", ", line 1: this is not JSON"),
                mistake("{\n\"batch\": 64,\n\"batch\": 32}", ", line 3: this is not JSON"),
                mistake("{\"batch\": 64} {}", ", line 1: this is not JSON"),
                mistake("{\n\"batches\": 64}", ", line 2: there is no batches; known are " + known),
                mistake("{\"lr\": 1}", ", line 1: there is no lr; known are " + known),
                mistake("{\"\": 1}", ", line 1: there is no ; known are " + known),
                mistake("{\n\"augmentation\": {\n\n\"mixUp\": 1}}", ", line 4: there is no mixUp; known are " + inside),
                mistake(
                        "{\n\n\"batch\": \"64\"}",
                        ", line 3: batch is \"64\"; allowed is a whole number up to 2147483647."),
                mistake("{\"batch\": 64.5}", ", line 1: batch is 64.5; allowed is a whole number up to 2147483647."),
                mistake("{\"batch\": 1e3}", ", line 1: batch is 1000.0; allowed is a whole number up to 2147483647."),
                mistake(
                        "{\"batch\": 99999999999}",
                        ", line 1: batch is 99999999999; allowed is a whole number up to 2147483647."),
                mistake("{\"batch\": true}", ", line 1: batch is true; allowed is a whole number up to 2147483647."),
                mistake("{\"batch\": [64]}", ", line 1: batch is [64]; allowed is a whole number up to 2147483647."),
                mistake("{\"batch\": 0}", ", line 1: batch is 0; allowed is 1 to 1048576."),
                mistake("{\"batch\":\n-3}", ", line 1: batch is -3; allowed is 1 to 1048576."),
                mistake("{\n\"learningRate\": null}", ", line 2: learningRate is null; allowed is a number."),
                mistake("{\"learningRate\": \"1e-3\"}", ", line 1: learningRate is \"1e-3\"; allowed is a number."),
                mistake("{\"learningRate\": -0.1}", ", line 1: learningRate is -0.1; allowed is 0 to 10."),
                mistake("{\"learningRate\": 1e400}", ", line 1: learningRate is Infinity; allowed is 0 to 10."),
                mistake("{\"smoothing\": 1.5}", ", line 1: smoothing is 1.5; allowed is 0 to 1."),
                mistake("{\"weightDecay\": {}}", ", line 1: weightDecay is {}; allowed is a number."),
                mistake("{\"seed\": 1.5}", ", line 1: seed is 1.5; allowed is a whole number."),
                mistake("{\"epochs\": \"ten\"}", ", line 1: epochs is \"ten\"; allowed is a number."),
                mistake("{\"epochs\": -1}", ", line 1: epochs is -1; allowed is 0 to 1000000."),
                mistake("{\n\"epochs\": 1,\n\"steps\": 5}", ", line 2: epochs and steps are both given; give one."),
                mistake(
                        "{\"warmup\": 1, \"warmupEpochs\": 5}",
                        ", line 1: warmupEpochs and warmup are both given; give one."),
                mistake("{\"steps\": 0}", ", line 1: steps is 0; allowed is 1 to 1000000000000."),
                mistake("{\"steps\": 5,\n\"warmup\": 6}", ", line 2: warmup is 6; allowed is 0 to 5."),
                mistake(
                        "{\"augmentation\": \"paper\"}",
                        ", line 1: augmentation is \"paper\"; allowed is an object { ... }."),
                mistake("{\"augmentation\": null}", ", line 1: augmentation is missing."),
                mistake(
                        "{\"augmentation\": {\"flip\": 1}}",
                        ", line 1: augmentation.flip is 1; allowed is true or false."),
                mistake(
                        "{\"augmentation\": {\n\"randAugment\": 11}}",
                        ", line 2: randAugment is 11; allowed is 0 to 10."),
                mistake("{\"augmentation\": {\"crop\": 0}}", ", line 1: crop is 0; allowed is 0.001 to 1."),
                mistake(
                        "{\"augmentation\": {\"erasing\": \"often\"}}",
                        ", line 1: augmentation.erasing is \"often\"; allowed is a number."));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakesAreNamedWithFileLineAndWhatIsAllowed(String json, String message) {
        UserException e = assertThrows(UserException.class, () -> file(json));
        String expected = folder.resolve("my.json") + message;
        if (message.endsWith("JSON")) {
            assertTrue(e.getMessage().startsWith(expected), e.getMessage());
        } else {
            assertEquals(expected, e.getMessage());
        }
        assertEquals(1, e.getMessage().lines().count());
    }
}
