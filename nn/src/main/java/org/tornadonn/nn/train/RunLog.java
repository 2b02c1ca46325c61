package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tornadonn.nn.UserException;

/** Writes a line of JSON per step and evaluation to a file, which it continues where there is one. */
public final class RunLog implements Listener {
    private final String model;
    private final Path file;

    /** @param model the name in each line, as one file may hold several models */
    public RunLog(String model, Path file) {
        this.model = model;
        this.file = file;
    }

    @Override
    public void step(Progress p) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("model", model);
        line.put("step", p.step());
        line.put("loss", p.loss());
        line.put("accuracy", p.accuracy());
        line.put("gradientNorm", p.gradientNorm());
        line.put("seconds", p.seconds());
        line.put("imagesPerSecond", Double.isNaN(p.imagesPerSecond()) ? null : p.imagesPerSecond());
        line.put("waiting", p.waiting());
        append(file, line);
    }

    @Override
    public void evaluated(Evaluation e) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("model", model);
        line.put("step", e.step());
        line.put("testLoss", e.score().loss());
        line.put("testAccuracy", e.score().accuracy());
        if (e.ema() != null) {
            line.put("emaLoss", e.ema().loss());
            line.put("emaAccuracy", e.ema().accuracy());
        }
        append(file, line);
    }

    @Override
    public void diverged(long step) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("model", model);
        line.put("step", step);
        line.put("diverged", true);
        append(file, line);
    }

    static void append(Path file, Map<String, Object> line) {
        try {
            Files.writeString(
                    file,
                    Json.MAPPER.writeValueAsString(line) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UserException("The log " + file + " cannot be written: " + e.getMessage());
        }
    }
}
