package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.engine.compile.KernelCompiler;

/** Training with kernels that another process exported and fpga.sh built: the same bits, and nothing is compiled. */
@Tag("embedded")
class PrebuiltTrainingTest {
    @TempDir
    Path folder;

    /** The command line, and then how many kernels it compiled. */
    static final class Counted {
        private Counted() {}

        public static void main(String[] args) {
            int code = Main.run(args);
            System.out.println("compiled: " + KernelCompiler.compilations());
            System.exit(code);
        }
    }

    private record Said(int code, String text) {}

    private static Said say(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    private Said train(String property, String out, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                property + "=" + folder.resolve("kernels"),
                "-cp",
                System.getProperty("java.class.path"),
                Counted.class.getName(),
                "train",
                "--epochs=0.01",
                "--batch=32",
                "--depth=1",
                "--norm=dyt",
                "--out=" + folder.resolve(out)));
        command.addAll(Arrays.asList(more));
        return say(command);
    }

    @Test
    void theSameBitsFromBinaries() throws Exception {
        Said compiled = train("-Dtornadonn.export", "compiled", "--width=32", "--heads=2");
        assertEquals(0, compiled.code(), compiled.text());
        assertFalse(compiled.text().contains("compiled: 0"), compiled.text());
        Said built = say(List.of(
                Path.of("").toAbsolutePath().getParent().resolve("fpga.sh").toString(),
                "driver",
                folder.resolve("kernels").toString(),
                "--together"));
        assertEquals(0, built.code(), built.text());

        Said prebuilt = train("-Dtornadonn.prebuilt", "prebuilt", "--width=32", "--heads=2");
        assertEquals(0, prebuilt.code(), prebuilt.text());
        assertTrue(prebuilt.text().contains("compiled: 0"), prebuilt.text());
        String model = "dyt.safetensors";
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("compiled").resolve(model)),
                Files.readAllBytes(folder.resolve("prebuilt").resolve(model)));

        Said other = train("-Dtornadonn.prebuilt", "other", "--width=64", "--heads=2");
        assertEquals(1, other.code(), other.text());
        assertTrue(other.text().contains("is not among the prebuilt ones"), other.text());
        assertFalse(other.text().contains("\tat "), "no stack trace: " + other.text());
    }
}
