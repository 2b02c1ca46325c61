package org.tornadonn.engine.prebuilt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs fpga.sh as a user does, with compilers of a folder before those of the machine. */
public final class Scripts {
    /** What it printed, and its exit code. */
    public record Said(int code, String text) {}

    private Scripts() {}

    public static Said fpga(Path compilers, Path input, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of("").toAbsolutePath().getParent().resolve("fpga.sh").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectInput(input.toFile());
        builder.environment().put("PATH", compilers + ":/usr/bin:/bin");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    /** A stand-in for a compiler: it appends its command line to the file {@code calls} and does what {@code body} says. */
    static void standIn(Path folder, String name, String body) throws IOException {
        Path script = Files.writeString(
                folder.resolve(name), "#!/bin/sh\necho \"" + name + " $*\" >> '" + folder + "/calls'\n" + body + "\n");
        if (!script.toFile().setExecutable(true)) {
            throw new IOException(script + " cannot be made executable");
        }
    }
}
