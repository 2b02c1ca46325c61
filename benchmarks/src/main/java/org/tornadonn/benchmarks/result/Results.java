package org.tornadonn.benchmarks.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A run with all its figures: a results.json. */
public record Results(RunRecord run, List<DeviceRecord> devices, List<Measurement> measurements) {
    static final ObjectMapper LINES = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final ObjectMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public Optional<DeviceRecord> device(Measurement m) {
        return devices.stream().filter(d -> d.index() == m.device()).findFirst();
    }

    /** Measurements that have samples. */
    public List<Measurement> measured() {
        return measurements.stream().filter(m -> !m.failed()).toList();
    }

    public void write(Path file) {
        try {
            Files.writeString(file, PRETTY.writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw new UserException(file + " cannot be written: " + e.getMessage());
        }
    }

    /** A results.json, or that of a run folder. */
    public static Results read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("results.json") : path;
        if (!Files.exists(file)) {
            throw new UserException("There is no " + file + ".");
        }
        try {
            Results results = LINES.readValue(Files.readString(file), Results.class);
            if (results.run() == null || results.devices() == null || results.measurements() == null) {
                throw new UserException(file + " is not a results.json of tornado-nn bench.");
            }
            checkFormat(file, results.run());
            return results;
        } catch (IOException | JacksonException e) {
            throw new UserException(file + " is not a results.json of tornado-nn bench: "
                    + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    static void checkFormat(Path file, RunRecord run) {
        if (run.format() != RunRecord.FORMAT) {
            throw new UserException(file + " has form " + run.format() + " of a results file; this version reads form "
                    + RunRecord.FORMAT + ".");
        }
    }
}
