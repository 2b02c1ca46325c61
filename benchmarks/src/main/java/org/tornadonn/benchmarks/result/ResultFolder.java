package org.tornadonn.benchmarks.result;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of a run. Each figure is appended to results.jsonl when it is there, so a run that is stopped has lost nothing but
 * the item it was at.
 */
public final class ResultFolder {
    private final Path folder;
    private final Path lines;
    private RunRecord run;
    private final List<DeviceRecord> devices = new ArrayList<>();
    private final List<Measurement> measurements = new ArrayList<>();

    private ResultFolder(Path folder) {
        this.folder = folder;
        this.lines = folder.resolve("results.jsonl");
    }

    /** Whether the folder is that of a run on one engine. */
    public static boolean in(Path folder) {
        return Files.exists(new ResultFolder(folder).lines);
    }

    public static ResultFolder create(Path folder, RunRecord run) {
        ResultFolder made = new ResultFolder(folder);
        if (in(folder) || EnginePlan.in(folder)) {
            throw new UserException(
                    folder + " holds a run already. Go on with it by --resume " + folder + ", or give another folder.");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UserException("The folder " + folder + " cannot be made: " + e.getMessage());
        }
        made.run = run;
        made.append("run", run);
        return made;
    }

    /** A run that was begun before. A last line that was cut off is dropped. */
    public static ResultFolder resume(Path folder) {
        ResultFolder made = new ResultFolder(folder);
        if (!in(folder)) {
            throw new UserException(folder + " is not the folder of a bench run: it has no results.jsonl.");
        }
        try {
            byte[] bytes = Files.readAllBytes(made.lines);
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (!text.endsWith("\n")) {
                text = text.substring(0, text.lastIndexOf('\n') + 1);
                Files.writeString(made.lines, text);
            }
            int number = 0;
            for (String line : text.lines().toList()) {
                made.read(line, ++number);
            }
        } catch (IOException e) {
            throw new UserException(made.lines + " cannot be read: " + e.getMessage());
        }
        if (made.run == null) {
            throw new UserException(made.lines + " does not say what the run was. Begin a new one.");
        }
        Results.checkFormat(made.lines, made.run.format());
        return made;
    }

    private void read(String line, int number) {
        try {
            JsonNode node = Results.LINES.readTree(line);
            if (node.has("run")) {
                run = Results.LINES.treeToValue(node.get("run"), RunRecord.class);
            } else if (node.has("device")) {
                devices.add(Results.LINES.treeToValue(node.get("device"), DeviceRecord.class));
            } else {
                measurements.add(Results.LINES.treeToValue(node.required("measurement"), Measurement.class));
            }
        } catch (JacksonException e) {
            throw new UserException(
                    lines + " is damaged in line " + number + ". Remove that line to go on, or begin a new run.");
        }
    }

    public void add(DeviceRecord device) {
        devices.add(device);
        append("device", device);
    }

    public void add(Measurement measurement) {
        measurements.add(measurement);
        append("measurement", measurement);
    }

    private void append(String what, Object value) {
        try {
            ObjectNode node = Results.LINES.createObjectNode();
            node.set(what, Results.LINES.valueToTree(value));
            Files.writeString(
                    lines,
                    Results.LINES.writeValueAsString(node) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UserException(lines + " cannot be written: " + e.getMessage());
        }
    }

    public Path folder() {
        return folder;
    }

    public RunRecord run() {
        return run;
    }

    public Optional<DeviceRecord> device(int index) {
        return devices.stream().filter(d -> d.index() == index).findFirst();
    }

    public boolean has(String key) {
        return measurements.stream().anyMatch(m -> m.key().equals(key));
    }

    public EngineRun results() {
        return new EngineRun(run, List.copyOf(devices), List.copyOf(measurements));
    }
}
