package org.tornadonn.benchmarks.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.nn.UserException;

/** Files of results: what is written is read, what was cut off or damaged is said. */
public class ResultsTest {
    @TempDir
    Path folder;

    public static RunRecord run() {
        return run("tornado-embedded 0.1.0");
    }

    public static RunRecord run(String engine) {
        return new RunRecord(
                RunRecord.FORMAT,
                "./tornado-nn bench",
                "2026-11-24 10:00",
                "0.1.0",
                null,
                "Linux",
                "a <CPU> & more",
                2,
                0.25,
                "25",
                engine,
                "FULL",
                false,
                List.of("dyt", "layernorm"),
                List.of(0));
    }

    public static DeviceRecord device(int index) {
        Peaks peaks = new Peaks(
                List.of(new Peaks.Copy(1_000_000, 50e9), new Peaks.Copy(100_000_000, 20e9)), 400e9, 10e9, 9e9);
        return new DeviceRecord(
                index, "OPENCL", "CPU", "device " + index, "platform", "lanes", "3.1", 2, 1L << 33, peaks);
    }

    public static Measurement measurement(int device, String op, String pass, List<Double> nanos) {
        return new Measurement(
                device,
                device < 0 ? "peer" : Measurement.OURS,
                op,
                pass,
                "8192 x 768",
                1_000_000_000,
                5_000_000,
                0,
                1.5,
                null,
                nanos,
                nanos,
                null,
                null,
                nanos.isEmpty() ? "WRONG: y[0]" : null);
    }

    @Test
    void whatIsWrittenIsRead() {
        ResultFolder written = ResultFolder.create(folder.resolve("run"), run());
        written.add(device(0));
        written.add(measurement(0, "dyt", "forward", List.of(1.25, 2.5, 1e-9)));
        written.add(measurement(0, "dyt", "backward", List.of()));
        ResultFolder read = ResultFolder.resume(folder.resolve("run"));
        assertEquals(written.results(), read.results());
        assertTrue(read.has(measurement(0, "dyt", "forward", List.of()).key()));
        assertFalse(read.has(measurement(1, "dyt", "forward", List.of()).key()));
        Path file = folder.resolve("run").resolve("results.json");
        Results results = new Results(List.of(read.results()));
        results.write(file);
        assertEquals(results, Results.read(file));
        assertEquals(results, Results.read(folder.resolve("run")));
        assertEquals(1, Results.read(file).runs().getFirst().measured().size());
    }

    @Test
    void aLineThatWasCutOffIsDropped() throws IOException {
        ResultFolder written = ResultFolder.create(folder, run());
        written.add(device(0));
        Files.writeString(folder.resolve("results.jsonl"), "{\"measurement\":{\"dev", StandardOpenOption.APPEND);
        ResultFolder read = ResultFolder.resume(folder);
        assertEquals(written.results(), read.results());
        read.add(measurement(0, "dyt", "forward", List.of(1.0)));
        assertEquals(read.results(), ResultFolder.resume(folder).results());
    }

    private static void refused(String part, Runnable call) {
        String message = assertThrows(UserException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void badFilesAreExplained() throws IOException {
        refused("no results.jsonl", () -> ResultFolder.resume(folder));
        refused("There is no", () -> Results.read(folder.resolve("none.json")));
        ResultFolder.create(folder, run());
        refused("holds a run already", () -> ResultFolder.create(folder, run()));
        Files.writeString(folder.resolve("results.jsonl"), "nonsense\n", StandardOpenOption.APPEND);
        refused("damaged in line 2", () -> ResultFolder.resume(folder));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Files.writeString(empty.resolve("results.jsonl"), "");
        refused("does not say", () -> ResultFolder.resume(empty));
        for (String text : List.of("", "{}", "[1, 2]", "{\"run\": 3}", "text", "{\"runs\":[]}", "{\"runs\":[{}]}")) {
            Path file = Files.writeString(folder.resolve("bad.json"), text);
            refused("not a results.json", () -> Results.read(file));
        }
        Results results = new Results(List.of(new EngineRun(run(), List.of(device(0)), List.of())));
        Path old = folder.resolve("old.json");
        results.write(old);
        Files.writeString(old, Files.readString(old).replace("\"format\" : " + RunRecord.FORMAT, "\"format\" : 9"));
        refused("form 9", () -> Results.read(old));
        Files.writeString(old, "{\"run\": {\"format\": 1}, \"devices\": [], \"measurements\": []}");
        refused("form 1", () -> Results.read(old));
    }
}
