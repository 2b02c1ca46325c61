package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How setup.sh starts a JVM on an SDK, with stand-ins for SDKs that are wrong, and from other folders. */
class LaunchTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final String GOOD = "5.2.0-jdk25";

    @TempDir
    Path folder;

    private record Said(int code, String text) {}

    private Said say(Path sdk, String... command) throws IOException, InterruptedException {
        ProcessBuilder process = new ProcessBuilder(command).directory(folder.toFile());
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (sdk != null) {
            process.environment().put("TORNADOVM_HOME", sdk.toString());
        }
        Path output = folder.resolve("output");
        int code = process.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        return new Said(code, Files.readString(output));
    }

    private void refused(Path sdk, String... parts) throws IOException, InterruptedException {
        Said said = say(sdk, ROOT.resolve("setup.sh").toString(), "java", "sdk");
        assertEquals(1, said.code(), said.text());
        assertEquals(1, said.text().lines().count(), said.text());
        for (String part : parts) {
            assertTrue(said.text().contains(part), said.text());
        }
    }

    /** The folders and files of an SDK that setup.sh looks at. */
    private Path sdk(String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve("sdk"));
        Path jars = Files.createDirectories(home.resolve("share/java/tornado"));
        Files.createFile(jars.resolve("tornado-api-" + version + ".jar"));
        Files.createFile(jars.resolve("tornado-drivers-common-" + version + ".jar"));
        Files.createFile(jars.resolve("tornado-drivers-opencl-" + version + ".jar"));
        Files.createFile(
                Files.createDirectories(home.resolve("share/java/graalJars")).resolve("compiler-25.0.2.jar"));
        Files.writeString(
                home.resolve("tornado-argfile"),
                "-Djava.library.path=" + home + "/lib\n--module-path .:" + jars
                        + "\n--add-modules ALL-SYSTEM,tornado.runtime,tornado.drivers.common,tornado.drivers.opencl\n");
        return home;
    }

    @Test
    void aWholeSdkIsTakenAndItsModulePathWithoutTheCurrentFolder() throws Exception {
        Path home = sdk(GOOD);
        Said said = say(home, ROOT.resolve("setup.sh").toString(), "java", "sdk");
        assertEquals(0, said.code(), said.text());
        List<String> words = said.text().lines().toList();
        int argfile = words.indexOf("@" + home + "/tornado-argfile");
        int modules = words.indexOf("--module-path=" + home + "/share/java/tornado");
        assertTrue(argfile > 0 && modules > argfile, said.text());
        assertTrue(words.contains("-Dtornado.recover.bailout=False"), said.text());
    }

    @Test
    void tornadovmHomeMustBeAnSdk() throws Exception {
        refused(folder.resolve("nowhere"), "no such folder", "--with-tornadovm");
        refused(folder, "is no TornadoVM SDK", "--with-tornadovm");
        refused(Path.of(""), "needs TORNADOVM_HOME", "--with-tornadovm");
    }

    @Test
    void theSdkMustBeForThisJdkAndNotTooOld() throws Exception {
        Path home = sdk("5.2.0-jdk21");
        refused(home, "is for JDK 21", "--with-tornadovm");
        Path api = home.resolve("share/java/tornado/tornado-api-5.2.0-jdk21.jar");
        api = Files.move(api, api.resolveSibling("tornado-api-4.0.1-jdk25.jar"));
        refused(home, "too old: 5.2 or newer", "--with-tornadovm");
        Files.move(api, api.resolveSibling("tornado-api-5.2.0-jdk25.jar"));
        Said newer = newerJava(home);
        assertEquals(1, newer.code(), newer.text());
        assertTrue(newer.text().contains("is JDK 99. Set JAVA_HOME to a JDK 25"), newer.text());
    }

    private Said newerJava(Path sdk) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
        for (String tool : new String[] {"java", "javac"}) {
            Files.writeString(bin.resolve(tool), "#!/bin/sh\necho ' java.specification.version = 99'\n");
            assertTrue(bin.resolve(tool).toFile().setExecutable(true));
        }
        return say(sdk, "env", "JAVA_HOME=" + folder.resolve("jdk"), ROOT.resolve("setup.sh") + "", "java", "sdk");
    }

    @Test
    void theSdkMustBeWhole() throws Exception {
        Path home = sdk(GOOD);
        Files.delete(home.resolve("share/java/graalJars/compiler-25.0.2.jar"));
        refused(home, "has no compiler", "--with-tornadovm");
        Files.delete(home.resolve("share/java/tornado/tornado-drivers-opencl-" + GOOD + ".jar"));
        refused(home, "the backend opencl, whose jar is missing", "--with-tornadovm");
        Path argfile = home.resolve("tornado-argfile");
        Files.writeString(argfile, Files.readString(argfile).replace(",tornado.drivers.opencl", ""));
        refused(home, "has no backend", "--with-tornadovm");
        Files.delete(argfile);
        refused(home, "no tornado-argfile for its place", "--generate-argfile");
    }

    /** On the engine that runs: the argument file of an SDK would make a module of each jar here. */
    @Test
    void jarsOfTheCurrentFolderDoNoHarm() throws Exception {
        Files.writeString(folder.resolve("broken.jar"), "no jar");
        // Through a link, as from a folder on the PATH.
        Path link = Files.createSymbolicLink(folder.resolve("prepare"), ROOT.resolve("setup.sh"));
        Said java = say(null, link.toString(), "java", System.getProperty("engine"));
        assertEquals(0, java.code(), java.text());
        List<String> command = new ArrayList<>(java.text().lines().toList());
        List<String> classPath = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), Main.class.getName(), "devices"));
        Said devices = say(null, command.toArray(String[]::new));
        assertEquals(0, devices.code(), devices.text());
        assertTrue(devices.text().contains("Engine: "), devices.text());
    }
}
