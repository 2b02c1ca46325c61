package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.nn.UserException;

/** Checkpoints and logs on a full disk, in folders that take no file, and behind what a stopped run left. */
class SavingTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder;

    private static void write(Path file, int floats) {
        Safetensors.write(
                file, Map.of(), Map.of("a", new Safetensors.Tensor(List.of(floats), ByteBuffer.allocate(4 * floats))));
    }

    private static void refused(String reason, Path file, Runnable write) {
        UserException e = assertThrows(UserException.class, write::run);
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains("cannot be written: " + reason), e.getMessage());
        assertTrue(e.getMessage().contains("Make room or allow it"), e.getMessage());
    }

    @Test
    void aFullDiskKeepsTheLastCheckpoint() throws IOException {
        assumeTrue(Files.exists(FULL), "this system has no /dev/full, which stands for a full disk");
        Path file = folder.resolve("model.safetensors");
        write(file, 3);
        byte[] good = Files.readAllBytes(file);
        Path part = Files.createSymbolicLink(folder.resolve("model.safetensors.part"), FULL);
        refused("No space left", file, () -> write(file, 1000));
        assertArrayEquals(good, Files.readAllBytes(file));
        assertFalse(Files.exists(part), "what was written in part is removed");
        write(file, 1000);
        assertEquals(List.of(1000), Safetensors.open(file).shapes().get("a"));
    }

    @Test
    void aFolderThatTakesNoFileKeepsTheLastCheckpoint() throws IOException {
        Path file = folder.resolve("model.safetensors");
        write(file, 3);
        byte[] good = Files.readAllBytes(file);
        Files.createDirectories(folder.resolve("model.safetensors.part/full"));
        refused("Is a directory", file, () -> write(file, 4));
        assertArrayEquals(good, Files.readAllBytes(file));
        Path below = file.resolve("model.safetensors");
        refused(file + " is there already, and is no folder", below, () -> write(below, 4));
    }

    @Test
    void aLogGoesOnBehindItsLastWholeLine() throws IOException {
        Path file = folder.resolve("log.jsonl");
        Listener.Progress step = new Listener.Progress(1, 2, 1.5, 0.5, 1, 1, 1, 0, 1);
        new RunLog("a", file).step(step);
        String line = Files.readString(file);
        for (String left : List.of("", "{\"model\":", line + "{", line)) {
            Files.writeString(file, left);
            new RunLog("a", file).step(step);
            assertEquals(left.startsWith(line) ? line + line : line, Files.readString(file));
        }
    }

    @Test
    void aLogThatCannotBeWrittenIsExplained() throws IOException {
        Path file = folder.resolve("log.jsonl");
        Files.createDirectory(file);
        refused("Is a directory", file, () -> new RunLog("a", file));
        Path below = Files.writeString(folder.resolve("file"), "").resolve("DyT");
        refused("", below, () -> new TensorBoardLog(below));
    }

    @Test
    void aFullDiskStopsALogWithItsName() throws IOException {
        assumeTrue(Files.exists(FULL), "this system has no /dev/full, which stands for a full disk");
        Path file = folder.resolve("log.jsonl");
        RunLog log = new RunLog("a", file);
        Files.createSymbolicLink(file, FULL);
        refused("No space left", file, () -> log.step(new Listener.Progress(1, 2, 1.5, 0.5, 1, 1, 1, 0, 1)));
        Files.delete(file);
    }
}
