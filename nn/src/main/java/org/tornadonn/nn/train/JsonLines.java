package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.tornadonn.nn.UserException;

/** A file with a line of JSON for each event, which is continued where there is one. */
final class JsonLines {
    private final Path file;

    JsonLines(Path file) {
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

    void write(Map<String, Object> line) {
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
