package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.Augmentation;
import org.tornadonn.nn.train.Recipe;
import org.tornadonn.nn.vit.VitConfig;

/** The config.json of a run folder: read as written, older ones too, and mistakes in it named. */
class RunConfigTest {
    private static final RunConfig CONFIG = new RunConfig(
            null,
            null,
            List.of(Norm.LAYER_NORM, Norm.DYT),
            VitConfig.of(32, 4, 96, 4, 3, 10, Norm.DYT),
            "2,norm1=1",
            Recipe.of(1250, 32, 1e-3, 1).withAugmentation(Augmentation.paper()));

    @TempDir
    Path folder;

    private String written() throws IOException {
        CONFIG.write(folder);
        return Files.readString(folder.resolve("config.json"));
    }

    @Test
    void isReadAsWritten() throws IOException {
        written();
        assertEquals(CONFIG, RunConfig.read(folder));
    }

    @Test
    void theRecordedFirstRunCouldGoOn() throws IOException {
        Path recorded = Path.of("").toAbsolutePath().getParent().resolve("docs/results/first-run-config.json");
        Files.copy(recorded, folder.resolve("config.json"));
        assertEquals(Recipe.of(1250, 32, 1e-3, 1), RunConfig.read(folder).recipe());
    }

    @ParameterizedTest
    @CsvSource({"null, false", "'\"images.zip\"', true"})
    void aRunOlderThanTheChoiceOfAugmentationGoesOnWithWhatItHad(String data, boolean files) throws IOException {
        String old = written()
                .replaceAll("(?s),\\s*\"augmentation\" : \\{.*?\\}", "")
                .replaceFirst("\"data\" : null", "\"data\" : " + data);
        assertTrue(!old.contains("augmentation") && old.contains("seed"), old);
        Files.writeString(folder.resolve("config.json"), old);
        assertEquals(
                files ? Augmentation.padCrop() : Augmentation.none(),
                RunConfig.read(folder).recipe().augmentation());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"batch\" : 32 | \"batch\" : \"32\" | recipe.batch is \"32\"; allowed is a whole number",
                "\"batch\" : 32 | \"batch\" : -32 | batch is -32; allowed is 1 to",
                "\"batch\" : 32, | '' | recipe.batch is missing; allowed is a whole number",
                "\"batch\" : 32 | \"batch\" : 32, \"momentum\" : 0.9 | there is no momentum; known are accumulation, alphaRate, augmentation",
                "\"steps\" : 1250 | \"steps\" : 12.5 | recipe.steps is 12.5; allowed is a whole number",
                "\"warmup\" : 125 | \"warmup\" : 12500 | warmup is 12500; allowed is 0 to 1250",
                "\"mixup\" : 0.8 | \"mixup\" : null | recipe.augmentation.mixup is null; allowed is a number",
                "\"flip\" : true | \"flip\" : \"yes\" | recipe.augmentation.flip is \"yes\"; allowed is true or false",
                "\"vit\" | \"resnet\" | model has the architecture resnet; allowed is vit or convnext",
                "\"architecture\" : \"vit\", | '' | model has no architecture; allowed is vit or convnext",
                "\"patch\" : 4 | \"patch\" : 5 | the patch (5) must divide the image size (32)",
                "\"heads\" : 3 | \"heads\" : {} | model.heads is {}; allowed is a whole number",
                "\"depth\" : 4 | \"depth\" : 4, \"width\" : 1 | this is not JSON: Duplicate",
                "\"DyT\" ] | \"BatchNorm\" ] | norms.1 is \"BatchNorm\"; allowed is one of LayerNorm, RMSNorm, DyT",
                "\"norms\" : [ \"LayerNorm\", \"DyT\" ] | \"norms\" : [ ] | norms is 0; allowed is 1 to 12",
                "\"norms\" : [ \"LayerNorm\", \"DyT\" ], | '' | norms is missing",
                "\"data\" : null | \"data\" : [ ] | data is []; allowed is a text",
                "\"recipe\" : | \"momentum\" : 1, \"recipe\" : | there is no momentum; known are alpha0, data, init, model, norms, recipe",
                "\"recipe\" : | \"recipes\" : | recipe.steps is missing; allowed is a whole number",
                "\"weightDecay\" : 0.05, | '' | recipe.weightDecay is missing; allowed is a number",
            })
    void mistakesAreNamedWithFileAndLine(String was, String becomes, String message) throws IOException {
        String good = written();
        assertTrue(good.contains(was), good);
        Files.writeString(folder.resolve("config.json"), good.replace(was, becomes));
        UserException e = assertThrows(UserException.class, () -> RunConfig.read(folder));
        String said = e.getMessage();
        assertTrue(said.matches(".*config\\.json, line \\d+: .*") && said.contains(message), said);
        assertEquals(1, said.lines().count(), said);
    }
}
