package org.tornadonn.benchmarks.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The runs of one or more engines with all their figures: a results.json. */
public record Results(List<EngineRun> runs) {
    static final ObjectMapper LINES = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final ObjectMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The first of the runs, which says where and when all of them were made. */
    public RunRecord first() {
        return runs.getFirst().run();
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
            JsonNode tree = LINES.readTree(Files.readString(file));
            // In form 1 the file was the run of one engine.
            JsonNode run = tree.has("run") ? tree : tree.path("runs").path(0);
            checkFormat(file, run.path("run").path("format").asInt(RunRecord.FORMAT));
            Results results = LINES.treeToValue(tree, Results.class);
            if (results == null
                    || results.runs() == null
                    || results.runs().isEmpty()
                    || !results.runs().stream().allMatch(Results::whole)) {
                throw new UserException(file + " is not a results.json of tornado-nn bench.");
            }
            return results;
        } catch (IOException | JacksonException e) {
            throw new UserException(file + " is not a results.json of tornado-nn bench: "
                    + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    private static boolean whole(EngineRun run) {
        return run.run() != null && run.devices() != null && run.measurements() != null;
    }

    static void checkFormat(Path file, int format) {
        if (format != RunRecord.FORMAT) {
            throw new UserException(file + " has form " + format + " of a results file; this version reads form "
                    + RunRecord.FORMAT + ".");
        }
    }
}
