package org.tornadonn.benchmarks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.train.Json;
import org.tornadonn.suite.SuiteDocument;
import tools.jackson.databind.JsonNode;

/** Which package may use which. Each rule is also shown to be able to fail. */
class HouseTest {
    private static final String API = "uk.ac.manchester.tornado.api..";
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.tornadonn", "uk.ac.manchester.tornado.api");

    private static void holds(ArchRule rule) {
        assertTrue(ALL.size() > 100, "the classes were not found");
        rule.check(ALL);
    }

    private static ArchRule mayUse(String who, String... what) {
        return classes().that().resideInAPackage(who).should().onlyDependOnClassesThat(resideInAnyPackage(what));
    }

    @Test
    void kernelsUseTheApiOnly() {
        holds(mayUse("org.tornadonn.kernels", "org.tornadonn.kernels", API, "java.lang..", "java.util"));
        assertThrows(
                AssertionError.class, () -> holds(mayUse("org.tornadonn.kernels", "org.tornadonn.kernels", "java..")));
    }

    @Test
    void nnKnowsNoEngine() {
        holds(mayUse(
                "org.tornadonn.nn..",
                "org.tornadonn.nn..",
                "org.tornadonn.kernels",
                API,
                "java..",
                "javax.imageio..",
                "tools.jackson..",
                "com.fasterxml.jackson.annotation"));
        assertThrows(
                AssertionError.class,
                () -> holds(mayUse(
                        "org.tornadonn.nn..", "org.tornadonn.nn..", API, "java..", "javax..", "tools.jackson..")));
    }

    @Test
    void architecturesKeepApart() {
        String nn = "org.tornadonn.nn";
        String[] below = {nn, nn + ".layer", nn + ".model", "org.tornadonn.kernels", API, "java.."};
        for (String architecture : List.of(nn + ".vit", nn + ".convnext")) {
            String[] with =
                    Stream.concat(Stream.of(architecture), Stream.of(below)).toArray(String[]::new);
            holds(mayUse(architecture, with));
        }
        holds(mayUse(nn + ".layer", nn + ".layer", nn, "org.tornadonn.kernels", API, "java.."));
        assertThrows(AssertionError.class, () -> holds(mayUse(nn + ".zoo", below)));
    }

    /** About the embedded engine's classes, in whose place the SDK has its own. */
    @Test
    @Tag("embedded")
    void theEngineKnowsNoOp() {
        holds(mayUse("org.tornadonn.engine..", "org.tornadonn.engine..", API, "java.."));
        holds(mayUse(API, API, "org.tornadonn.engine.runtime", "java.."));
        assertThrows(AssertionError.class, () -> holds(mayUse(API, API, "java..")));
    }

    @Test
    @Tag("embedded")
    void partsOfTheEngineKeepApart() {
        String engine = "org.tornadonn.engine";
        holds(mayUse(engine + ".ir", engine + ".ir", "java.."));
        holds(mayUse(engine + ".read", engine + ".read", engine + ".ir", "java.."));
        holds(mayUse(engine + ".pass", engine + ".pass", engine + ".ir", engine + ".read", "java.."));
        holds(mayUse(engine + ".emit", engine + ".emit", engine + ".ir", "java.."));
        holds(mayUse(engine + ".foreign", engine + ".foreign", "java.."));
        for (String driver : List.of(engine + ".opencl", engine + ".cuda")) {
            holds(mayUse(driver, driver, engine + ".ir", engine + ".emit", engine + ".foreign", engine, API, "java.."));
        }
        holds(mayUse(
                engine + ".compile",
                engine + ".compile",
                engine + ".ir",
                engine + ".read",
                engine + ".pass",
                engine + ".emit",
                engine + ".prebuilt",
                engine + ".cuda",
                engine,
                "java.."));
        holds(mayUse(
                engine + ".prebuilt", engine + ".prebuilt", engine + ".ir", engine + ".emit", engine, API, "java.."));
        assertThrows(AssertionError.class, () -> holds(mayUse(engine + ".read", engine + ".read", "java..")));
    }

    @Test
    void examplesUseTheApiAndNnOnly() {
        holds(mayUse(
                "org.tornadonn.examples",
                "org.tornadonn.examples",
                "org.tornadonn.nn..",
                API,
                "java..",
                "com.sun.net.httpserver",
                "picocli..",
                "org.knowm.xchart..",
                "tools.jackson..",
                "com.fasterxml.jackson.annotation"));
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("org.tornadonn.benchmarks..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tornadonn.benchmarks.."));
    }

    @Test
    void resultsAndReportsMeasureNothing() {
        String benchmarks = "org.tornadonn.benchmarks";
        holds(mayUse(
                benchmarks + ".result",
                benchmarks + ".result",
                "org.tornadonn.nn",
                "java..",
                "tools.jackson..",
                "com.fasterxml.jackson.annotation"));
        holds(mayUse(
                benchmarks + ".report", benchmarks + ".report", benchmarks + ".result", "org.tornadonn.nn", "java.."));
        assertThrows(
                AssertionError.class, () -> holds(mayUse(benchmarks + ".report", benchmarks + ".report", "java..")));
    }

    /** Kernels that are not ops by themselves: every sum over rows of OpList ends with it. */
    private static final Set<String> COMPOSED = Set.of("PartialSums");

    /** Public methods that add an op of tornado-kernels to a stage, and are not called from {@code users}. */
    private static Set<String> unused(String users) {
        Set<String> unused = new TreeSet<>();
        for (JavaClass kernels : ALL) {
            boolean launched = kernels.getPackageName().equals("org.tornadonn.kernels")
                    && kernels.getModifiers().contains(JavaModifier.PUBLIC)
                    && kernels.getMethods().stream()
                            .anyMatch(m -> m.getName().matches("k[A-Z].*")
                                    && m.getModifiers().contains(JavaModifier.PUBLIC));
            String name = kernels.getSimpleName();
            // Variants for tensors in 16 bits are launched by the same methods as what they are made of.
            if (!launched || COMPOSED.contains(name) || name.matches("(Half|BFloat16).*")) {
                continue;
            }
            if (name.endsWith("Groups")) {
                // Its op is that of its kernels in lanes, whose class launches both.
                assertTrue(
                        launchers(kernels).anyMatch(n -> n.matches(name.replace("Groups", "(Kernel)?"))),
                        name + " has kernels that no op launches");
                continue;
            }
            List<JavaMethod> ops = kernels.getMethods().stream()
                    .filter(m -> m.getModifiers().contains(JavaModifier.PUBLIC))
                    .filter(m -> !m.getRawParameterTypes().isEmpty()
                            && m.getRawParameterTypes().getFirst().isEquivalentTo(Stage.class))
                    .toList();
            assertFalse(ops.isEmpty(), name + " has kernels and no op");
            ops.stream()
                    .filter(m -> callers(m).noneMatch(c -> c.getPackageName().equals(users)))
                    .forEach(m -> unused.add(name + "." + m.getName()));
        }
        return unused;
    }

    /** Who calls it, itself or through the method of the same name that chooses by its tensors' type. */
    private static Stream<JavaClass> callers(JavaMethod op) {
        String chooser = op.getOwner().getFullName().replaceFirst("Kernel$", "");
        return op.getCallsOfSelf().stream()
                .flatMap(c -> c.getOriginOwner().getFullName().equals(chooser)
                        ? c.getOrigin().getCallsOfSelf().stream().map(JavaAccess::getOriginOwner)
                        : Stream.of(c.getOriginOwner()));
    }

    /** Names of the classes that refer to kernels of a class, as tasks do. */
    private static Stream<String> launchers(JavaClass kernels) {
        return kernels.getMethods().stream()
                .flatMap(m -> m.getReferencesToSelf().stream())
                .map(r -> r.getOriginOwner().getSimpleName());
    }

    @Test
    void everyOpIsMeasured() {
        String ops = "org.tornadonn.benchmarks.op";
        assertEquals(Set.of(), unused(ops));
        assertEquals(
                List.of("MatMulKernel"),
                launchers(ALL.get("org.tornadonn.kernels.MatMulGroups"))
                        .distinct()
                        .toList());
        assertTrue(unused("org.tornadonn.benchmarks.peer").contains("PoolKernel.forward"));
        List<String> unlisted = ALL.stream()
                .filter(c -> c.getPackageName().equals(ops))
                .flatMap(c -> c.getFields().stream())
                .filter(f -> f.getModifiers().contains(JavaModifier.STATIC)
                        && f.getRawType().isEquivalentTo(Op.class))
                .filter(f -> f.getAccessesToSelf().stream()
                        .noneMatch(a -> a.getOriginOwner().isEquivalentTo(OpList.class)))
                .map(JavaField::getFullName)
                .toList();
        assertEquals(List.of(), unlisted);
    }

    @Test
    void theSuiteKnowsNoOpAndNothingShippedUsesIt() {
        String suite = "org.tornadonn.suite";
        holds(mayUse(suite, suite, API, "java..", "tools.jackson..", "org.junit.jupiter.api.."));
        holds(noClasses()
                .that()
                .resideOutsideOfPackage(suite)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(suite));
        assertThrows(AssertionError.class, () -> holds(mayUse(suite, suite, API, "java..", "tools.jackson..")));
    }

    @Test
    void namesSayWhatThingsAre() {
        List<String> banned =
                List.of("Manager", "Helper", "Util", "Service", "Factory", "Impl", "Base", "Common", "Misc");
        List<String> found = ALL.stream()
                .filter(c -> c.getPackageName().startsWith("org.tornadonn"))
                .map(c -> c.getSimpleName())
                .filter(n -> banned.stream().anyMatch(n::contains))
                .toList();
        assertTrue(found.isEmpty(), found::toString);
    }

    @Test
    void everyPackageIntroducesItself() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        int packages = 0;
        for (String module :
                List.of("tornado-embedded", "suite", "storage", "tornado-kernels", "nn", "examples", "benchmarks")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                for (Path folder : files.filter(Files::isDirectory).toList()) {
                    if (holdsJava(folder)) {
                        packages++;
                        assertTrue(Files.exists(folder.resolve("package-info.java")), "no package-info in " + folder);
                    }
                }
            }
        }
        assertTrue(packages > 15, "the sources were not found");
        assertFalse(holdsJava(root));
    }

    /** What docs/tornadovm.md says of a run on both engines, from the files it was recorded in. */
    @Test
    void bothEnginesHadTheSameLosses() throws IOException {
        Path folder = Path.of("").toAbsolutePath().getParent().resolve("docs/results/engines");
        List<String> embedded = Files.readAllLines(folder.resolve("embedded.jsonl"));
        List<String> sdk = Files.readAllLines(folder.resolve("sdk.jsonl"));
        assertEquals(200, embedded.size());
        assertEquals(embedded.size(), sdk.size());
        for (int i = 0; i < embedded.size(); i++) {
            JsonNode a = Json.MAPPER.readTree(embedded.get(i));
            JsonNode b = Json.MAPPER.readTree(sdk.get(i));
            assertEquals(a.path("model").asString(), b.path("model").asString());
            assertEquals(a.path("step").asInt(), b.path("step").asInt());
            assertEquals(a.path("loss").asDouble(), b.path("loss").asDouble(), 5e-7);
        }
    }

    /** What FiveKernels, one jar, printed on each engine: the same counts, and floats that differ in their last bits at most. */
    @Test
    void fiveKernelsHadTheSameResultsOnBothEngines() throws IOException {
        Path folder = Path.of("").toAbsolutePath().getParent().resolve("docs/results/engines");
        List<String> embedded = Files.readAllLines(folder.resolve("five-kernels-embedded.jsonl"));
        List<String> sdk = Files.readAllLines(folder.resolve("five-kernels-sdk.jsonl"));
        assertTrue(embedded.getFirst().contains("tornado-embedded"));
        assertTrue(sdk.getFirst().contains("TornadoVM SDK"));
        assertEquals(6, embedded.size());
        assertEquals(embedded.size(), sdk.size());
        for (int i = 1; i < embedded.size(); i++) {
            JsonNode a = Json.MAPPER.readTree(embedded.get(i));
            JsonNode b = Json.MAPPER.readTree(sdk.get(i));
            assertEquals(a.path("kernel").asString(), b.path("kernel").asString());
            assertEquals(8, a.path("results").size());
            for (int k = 0; k < a.path("results").size(); k++) {
                double expected = a.path("results").get(k).asDouble();
                assertEquals(expected, b.path("results").get(k).asDouble(), 2e-7 * expected);
            }
        }
    }

    @Test
    void theProfileTornadovmStartsTheSdkAsSetupDoes() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<String> options = Pattern.compile("-Dtornado\\.[a-z.]+=\\w+")
                .matcher(Files.readString(root.resolve("setup.sh")))
                .results()
                .map(MatchResult::group)
                .toList();
        assertEquals(3, options.size(), options::toString);
        String pom = Files.readString(root.resolve("pom.xml"));
        assertTrue(options.stream().allMatch(pom::contains), options::toString);
    }

    @Test
    void theSuitesDocumentIsThatOfTheRunsBesideIt() throws IOException {
        Path results = Path.of("").toAbsolutePath().getParent().resolve("docs/results");
        String document = Files.readString(results.resolve("suite.md"));
        assertEquals(SuiteDocument.of(results), document, "run ./setup.sh table --docs after a test");
        assertTrue(document.contains("| embedded |") && document.contains("| SDK "), "runs of both engines");
        assertFalse(document.contains("not as known"), document);
    }

    @Test
    void theReadmeShowsTheExampleAsItIs() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        String source = Files.readString(root.resolve("examples/src/main/java/org/tornadonn/examples/TrainVit.java"));
        String code = source.substring(source.indexOf("import ")).strip();
        assertTrue(code.length() > 500);
        assertTrue(Files.readString(root.resolve("README.md")).contains(code), "copy TrainVit.java into README.md");
    }

    private static boolean holdsJava(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(f -> f.toString().endsWith(".java"));
        }
    }
}
