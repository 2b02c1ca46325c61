package org.tornadonn.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.benchmarks.report.HtmlReport;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.ResultFolder;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.benchmarks.result.RunRecord;
import org.tornadonn.examples.DeviceChoice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** A run on a device that describes itself and can do nothing. */
class BenchRunTest {
    @TempDir
    Path folder;

    /** No engine takes a device that is not its own. */
    private static TornadoDevice foreign() {
        TornadoDevice real = DeviceChoice.all().getFirst();
        return (TornadoDevice) Proxy.newProxyInstance(
                TornadoDevice.class.getClassLoader(), new Class<?>[] {TornadoDevice.class}, (_, method, args) -> {
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void whatFailsIsARowAndTheRunGoesOn() throws Exception {
        RunRecord record = new RunRecord(
                RunRecord.FORMAT,
                "",
                "",
                "",
                null,
                "",
                "",
                1,
                0,
                "",
                "",
                "TINY",
                false,
                List.of("gelu", "train"),
                List.of(0));
        ResultFolder results = ResultFolder.create(folder, record);
        PrintStream quiet = new PrintStream(OutputStream.nullOutputStream());
        assertFalse(new BenchRun(results, Map.of(0, foreign()), List.of(), quiet).run());
        EngineRun run = results.results();
        assertEquals(
                1 + 2 + 4, run.measurements().size(), "peaks, gelu forward and backward, two models with two norms");
        assertTrue(run.measurements().stream().allMatch(Measurement::faulty));
        assertNull(run.devices().getFirst().peaks());
        HtmlReport.write(new Results(List.of(run)), folder.resolve("report.html"));
        assertTrue(Files.readString(folder.resolve("report.html")).contains("could not be measured"));
        assertFalse(new BenchRun(ResultFolder.resume(folder), Map.of(0, foreign()), List.of(), quiet).run());
        assertEquals(run, ResultFolder.resume(folder).results(), "failed rows stay too");
    }
}
