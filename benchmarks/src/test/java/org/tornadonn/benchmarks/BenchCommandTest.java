package org.tornadonn.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.examples.Main;

/** The subcommand as a user types it, through the command line that finds it. */
class BenchCommandTest {
    @TempDir
    Path folder;

    private record Said(int code, String out, String err) {}

    private static Said say(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int code = Main.run(args);
            return new Said(code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static EngineRun read(Path run) {
        return Results.read(run).runs().getFirst();
    }

    private static void fails(int code, String part, String... args) {
        Said said = say(args);
        assertEquals(code, said.code(), said.out() + said.err());
        assertTrue(said.err().contains(part), said.err());
        assertFalse(said.err().contains("\tat "), "no stack trace: " + said.err());
    }

    @Test
    void helpListsItAndItsOps() {
        assertTrue(say("--help").out().contains("bench"));
        String help = say("bench", "--help").out();
        for (Op op : OpList.ALL) {
            assertTrue(help.contains(op.name()), op.name());
        }
    }

    @Test
    void measuresResumesAndCompares() throws IOException {
        Path run = folder.resolve("run");
        Said first =
                say("bench", "--tiny", "--ops", "dyt,layernorm,train", "--devices", "all", "--out", run.toString());
        assertEquals(0, first.code(), first.out() + first.err());
        EngineRun results = read(run);
        int devices = DeviceChoice.all().size();
        assertEquals(devices, results.devices().size());
        assertEquals(devices * 12, results.measured().size(), "two norms, two passes, two sizes, and two models");
        assertTrue(first.out().contains("[ 12/ 12] train"), first.out());
        assertTrue(first.out().contains("DyT against LayerNorm on device 0"), first.out());
        assertTrue(Files.readString(run.resolve("report.html")).contains("Roofline"));

        // As if it had been stopped in its fourth row.
        List<String> lines = Files.readAllLines(run.resolve("results.jsonl"));
        Files.writeString(run.resolve("results.jsonl"), String.join("\n", lines.subList(0, 5)) + "\n{\"measu");
        Said again = say("bench", "--resume", run.toString());
        assertEquals(0, again.code(), again.out() + again.err());
        int fourth = again.out().indexOf("[  4/ 12]");
        assertTrue(fourth > 0, again.out());
        assertFalse(again.out().substring(0, fourth).contains("/ 12]"), "three are not measured again: " + again.out());
        EngineRun resumed = read(run);
        assertEquals(results.run(), resumed.run());
        assertEquals(
                results.measurements().subList(0, 3), resumed.measurements().subList(0, 3), "kept");
        assertEquals(results.measurements().size(), resumed.measurements().size());

        Said compared = say(
                "bench",
                "--compare",
                run.toString(),
                run.resolve("results.json").toString());
        assertEquals(0, compared.code(), compared.err());
        assertTrue(compared.out().contains("tornado-nn dyt backward 70 x 32"), compared.out());
        fails(1, "leave the other options out", "bench", "--resume", run.toString(), "--quick");
        fails(1, "leave the other options out", "bench", "--resume", run.toString(), "--engines", "all");
        fails(1, "holds a run already", "bench", "--tiny", "--out", run.toString());

        Files.writeString(
                run.resolve("results.jsonl"),
                Files.readString(run.resolve("results.jsonl"))
                        .replaceFirst("\"engine\":\"[^\"]*\"", "\"engine\":\"X\""));
        fails(1, "another machine", "bench", "--resume", run.toString());
    }

    /** PyTorch takes part where python3 has it; the other peers are in another module. */
    @Test
    void peersTakePartWhereTheyAre() {
        Path run = folder.resolve("run");
        Said said = say("bench", "--tiny", "--peers", "--ops", "softmax", "--out", run.toString());
        if (said.out().contains("PyTorch takes no part")) {
            assertEquals(1, said.code());
            assertTrue(said.err().contains("setup.sh bench --peers"), said.err());
            assertFalse(Files.exists(run));
            return;
        }
        assertEquals(0, said.code(), said.out() + said.err());
        assertTrue(said.out().contains("eager"), said.out());
        assertTrue(
                read(run).measured().stream()
                        .anyMatch(m -> m.beside() && m.contender().startsWith("PyTorch")),
                said.out());
    }

    @Test
    void mistakesAreExplainedWithoutStackTrace() throws IOException {
        fails(1, "There is no op softplus", "bench", "--ops", "dyt,softplus");
        fails(1, "There is no device", "bench", "--devices", "nonesuch");
        fails(
                1,
                "There is no",
                "bench",
                "--compare",
                folder.resolve("a").toString(),
                folder.resolve("b").toString());
        fails(1, "There is no engine cuda", "bench", "--engines", "cuda");
        fails(1, "./tornado-nn bench --engines", "bench", "--engines", "all");
        fails(2, "--compare", "bench", "--compare", "one.json");
        fails(2, "Unknown option", "bench", "--nonsense");
        fails(1, "not the folder of a bench run", "bench", "--resume", folder.toString());
        fails(1, "no folder docs", "bench", "--docs");
        Path text = Files.writeString(folder.resolve("text.json"), "no json");
        fails(1, "not a results.json", "bench", "--compare", text.toString(), text.toString());
        Path file = Files.writeString(folder.resolve("file"), "");
        fails(
                1,
                "cannot be made",
                "bench",
                "--tiny",
                "--out",
                file.resolve("run").toString());
    }
}
