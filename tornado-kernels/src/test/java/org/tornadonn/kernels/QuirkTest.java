package org.tornadonn.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.engine.read.RefusedException;
import org.tornadonn.suite.Outcome;
import org.tornadonn.suite.Recorder;
import org.tornadonn.suite.Row;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;

/** Every {@link Quirk} is what it is known to be: a fault that is no longer there fails too, so that its expectation goes. */
class QuirkTest {
    /** With what the embedded engine refuses. */
    private static final Set<Class<?>> REFUSALS =
            Set.of(RefusedException.class, TornadoRuntimeException.class, TornadoTaskRuntimeException.class);

    private static final int LIMIT_SECONDS = 90;

    /** What a program came to. */
    private record Seen(Outcome outcome, String note) {}

    static Stream<Arguments> quirks() {
        return Stream.of(Quirk.values())
                .flatMap(q -> Recorder.devices().stream().map(device -> Arguments.of(q, device)));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("quirks")
    void isAsKnown(Quirk quirk, TornadoDevice device) throws Exception {
        Seen seen = Recorder.sdk() && quirk.isolated() ? seenByAnotherJvm(quirk, device) : see(quirk, device);
        Recorder.write(
                quirk.construct,
                Row.QUIRK,
                device,
                seen.outcome(),
                seen.note(),
                seen.outcome() == quirk.expected(),
                quirk.thread);
        assertEquals(quirk.expected(), seen.outcome(), quirk.construct + ": " + seen.note());
    }

    private static Seen see(Quirk quirk, TornadoDevice device) {
        try {
            return quirk.program.right(device) ? new Seen(Outcome.PASSED, "") : new Seen(Outcome.WRONG, "wrong result");
        } catch (Exception | Error e) {
            // TornadoVM refuses with exceptions and errors of many kinds.
            assertTrue(Recorder.sdk() || REFUSALS.contains(e.getClass()), e::toString);
            return new Seen(Outcome.REFUSED, firstLine(e));
        }
    }

    private static String firstLine(Throwable e) {
        // TornadoVM colours its messages.
        String message = String.valueOf(e.getMessage()).replaceAll("\u001b\\[[0-9;]*m", "");
        return e.getClass().getSimpleName() + ": "
                + message.lines().findFirst().orElse("").strip();
    }

    private static Seen seenByAnotherJvm(Quirk quirk, TornadoDevice device) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:ErrorFile=target/crash-%p.log", "-XX:-CreateCoredumpOnCrash"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), QuirkTest.class.getName()));
        command.addAll(List.of(quirk.name(), String.valueOf(Recorder.devices().indexOf(device))));
        Path output = Files.createTempFile("quirk", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return new Seen(Outcome.WRONG, "does not end");
            }
            List<String> lines = Files.readAllLines(output);
            for (Outcome outcome : Outcome.values()) {
                for (String line : lines) {
                    if (line.startsWith(outcome + ":")) {
                        return new Seen(
                                outcome,
                                line.substring(outcome.name().length() + 1).strip());
                    }
                }
            }
            boolean crashed = lines.stream().anyMatch(l -> l.contains("A fatal error has been detected"));
            return new Seen(
                    Outcome.WRONG, crashed ? "the JVM crashes" : "ended with " + process.exitValue() + ": " + lines);
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(output);
        }
    }

    /** Runs a quirk on a device, given by its position, and prints what was seen. */
    public static void main(String[] args) {
        Seen seen = see(Quirk.valueOf(args[0]), Recorder.devices().get(Integer.parseInt(args[1])));
        System.out.println("\n" + seen.outcome() + ": " + seen.note());
        System.exit(0);
    }
}
