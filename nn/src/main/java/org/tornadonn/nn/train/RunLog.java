package org.tornadonn.nn.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a line of JSON per step and evaluation to a file, which it continues where there is one. */
public final class RunLog implements Listener {
    private final String model;
    private final JsonLines lines;

    /** @param model the name in each line, as one file may hold several models */
    public RunLog(String model, Path file) {
        this.model = model;
        lines = new JsonLines(file);
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
        lines.write(line);
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
        lines.write(line);
    }

    @Override
    public void diverged(long step) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("model", model);
        line.put("step", step);
        line.put("diverged", true);
        lines.write(line);
    }
}
