package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
        cutUnfinishedLine();
    }

    /** What a run on a full disk, or a machine that lost its power, left behind the last whole line. */
    private void cutUnfinishedLine() {
        try (FileChannel log = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            long end = log.size();
            while (end > 0 && (log.read(last.clear(), end - 1) < 1 || last.get(0) != '\n')) {
                end--;
            }
            log.truncate(end);
        } catch (NoSuchFileException _) {
            // A new run.
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void step(Progress p) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("model", model);
        line.put("step", p.step());
        line.put("loss", p.loss());
        line.put("accuracy", p.accuracy());
        line.put("seconds", p.seconds());
        line.put("imagesPerSecond", Double.isNaN(p.imagesPerSecond()) ? null : p.imagesPerSecond());
        line.put("waiting", p.waiting());
        write(line);
    }

    @Override
    public void evaluated(Evaluation e) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("model", model);
        line.put("step", e.step());
        line.put("testLoss", e.loss());
        line.put("testAccuracy", e.accuracy());
        write(line);
    }

    private void write(Map<String, Object> line) {
        try {
            Files.writeString(
                    file,
                    Json.MAPPER.writeValueAsString(line) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private UserException failure(IOException e) {
        return new UserException("The log " + file + " cannot be written: " + UserException.reason(e)
                + ". Make room or allow it, and resume the run from its last checkpoint.");
    }
}
