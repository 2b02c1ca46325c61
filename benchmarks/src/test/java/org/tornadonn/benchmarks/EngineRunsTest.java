package org.tornadonn.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.benchmarks.result.EnginePlan;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.examples.Main;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.UserException;

/** Several engines in one run. In place of processes, this process's engine runs, and its results are given the other's name. */
class EngineRunsTest {
    private static final EnginePlan PLAN =
            new EnginePlan(List.of("embedded", "sdk"), List.of("--tiny", "--devices", "0", "--ops", "gelu,bias"));

    @TempDir
    Path folder;

    private final List<List<String>> launched = new ArrayList<>();

    private Path run() {
        return folder.resolve("run");
    }

    private Path lines(String engine) {
        return run().resolve(engine).resolve("results.jsonl");
    }

    private void rename(String engine, String from, String to) {
        try {
            Files.writeString(lines(engine), Files.readString(lines(engine)).replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int launch(List<String> arguments) {
        launched.add(arguments);
        String engine = arguments.get(1);
        boolean other = engine.equals("sdk") && arguments.contains("bench");
        if (other && arguments.contains("--resume")) {
            rename(engine, "TornadoVM SDK of a test", Engine.name());
        }
        int code = Main.run(arguments.subList(2, arguments.size()).toArray(String[]::new));
        if (other) {
            rename(engine, Engine.name(), "TornadoVM SDK of a test");
        }
        return code;
    }

    @Test
    void everyEngineRunsAndTheirResultsAreMerged() throws IOException {
        assertEquals(0, new EngineRuns(run(), this::launch).begin(PLAN));
        assertEquals(
                List.of(
                        List.of("--engine", "embedded", "devices"),
                        List.of("--engine", "sdk", "devices"),
                        arguments("embedded"),
                        arguments("sdk")),
                launched);
        Results results = Results.read(run());
        assertEquals(2, results.runs().size());
        assertEquals("TornadoVM SDK of a test", results.runs().get(1).run().engine());
        assertEquals(
                results.runs().get(0).measured().stream().map(m -> m.item()).toList(),
                results.runs().get(1).measured().stream().map(m -> m.item()).toList());
        assertEquals(
                List.of(results.runs().get(0)),
                Results.read(run().resolve("embedded")).runs());
        assertTrue(Files.readString(run().resolve("report.html")).contains("Engine against engine"));

        // As if it had been stopped while the second engine was at its second row.
        List<String> all = Files.readAllLines(lines("sdk"));
        Files.writeString(lines("sdk"), String.join("\n", all.subList(0, 3)) + "\n{\"measu");
        Files.delete(run().resolve("results.json"));
        launched.clear();
        assertEquals(0, new EngineRuns(run(), this::launch).resume());
        assertTrue(launched.getLast().contains("--resume"));
        Results resumed = Results.read(run());
        assertEquals(results.runs().get(0), resumed.runs().get(0), "the first engine's figures stay");
        EngineRun before = results.runs().get(1);
        EngineRun after = resumed.runs().get(1);
        assertEquals(before.run(), after.run());
        assertEquals(before.measurements().getFirst(), after.measurements().getFirst(), "what was measured stays");
        assertEquals(before.measured().size(), after.measured().size());
        assertThrows(UserException.class, () -> PLAN.create(run()));
        assertEquals(0, Main.run("bench", "--compare", run().toString(), run().toString()));
    }

    private List<String> arguments(String engine) {
        List<String> arguments = new ArrayList<>(List.of("--engine", engine, "bench"));
        arguments.addAll(PLAN.options());
        arguments.addAll(List.of("--out", run().resolve(engine).toString()));
        return arguments;
    }

    @Test
    void stoppedBeforeTheSecondEngineBegan() throws IOException {
        PLAN.create(run());
        assertEquals(0, new EngineRuns(run(), this::launch).resume());
        assertEquals(2, Results.read(run()).runs().size());
        Files.writeString(run().resolve("engines.json"), "nonsense");
        EngineRuns damaged = new EngineRuns(run(), this::launch);
        assertTrue(
                assertThrows(UserException.class, damaged::resume).getMessage().contains("is damaged"));
    }

    @Test
    void anEngineThatDoesNotStartEndsTheRunBeforeItBegins() {
        assertEquals(1, new EngineRuns(run(), arguments -> arguments.contains("sdk") ? 1 : 0).begin(PLAN));
        assertFalse(Files.exists(run()));
    }

    @Test
    void anEngineThatFailsLeavesTheResultsOfTheOther() {
        EngineRuns runs = new EngineRuns(run(), a -> a.contains("sdk") && a.contains("bench") ? 1 : launch(a));
        assertEquals(1, runs.begin(PLAN));
        assertEquals(1, Results.read(run()).runs().size());
    }

    @Test
    void enginesByName() {
        assertEquals(List.of("embedded", "sdk"), EngineRuns.engines(List.of("all"), "/sdk"));
        assertEquals(List.of("embedded"), EngineRuns.engines(List.of("all"), null));
        assertEquals(List.of("sdk", "embedded"), EngineRuns.engines(List.of("sdk", "all"), "/sdk"));
        refused("There is no engine cuda. The engines are embedded and sdk", List.of("embedded", "cuda"));
        refused("./setup.sh --with-tornadovm", List.of("sdk"));
    }

    private static void refused(String part, List<String> engines) {
        String message = assertThrows(UserException.class, () -> EngineRuns.engines(engines, null))
                .getMessage();
        assertTrue(message.contains(part), message);
    }
}
