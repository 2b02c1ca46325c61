package org.tornadonn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadonn.nn.train.Checkpoint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A training process that is killed again and again, at random moments and while it writes a checkpoint, and resumed each time, ends
 * with the bits of one that was left alone. {@code ./setup.sh test -Dkills=10} kills more often. On the SDK each of the starts would
 * compile for half a minute.
 */
@Tag("embedded")
class KilledTrainingTest {
    private static final int KILLS = Integer.getInteger("kills", 4);
    private static final int STEPS_PER_EPOCH = 3;
    private static final int EPOCHS = 20 + 5 * KILLS;
    private static final String TRAIN =
            "train --norm dyt --width 16 --depth 1 --heads 1 --patch 8 --batch 8 --epochs " + EPOCHS;

    private final Random random = new Random(3);
    private Process process;

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private void drawImages() throws IOException {
        for (int i = 0; i < 30; i++) {
            Path file = folder.resolve("data/class" + i % 3 + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 32 * 32; p++) {
                image.setRGB(p % 32, p / 32, random.nextInt(1 << 24));
            }
            ImageIO.write(image, "png", file.toFile());
        }
    }

    private void start(String arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                // For a run of seconds; the kernels are compiled all the same.
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments.split(" ")));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .start();
    }

    private Path output() {
        return folder.resolve("output.txt");
    }

    private void runs(String arguments) throws Exception {
        start(arguments);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "hangs: " + Files.readString(output()));
        assertEquals(0, process.exitValue(), Files.readString(output()));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    /** Looks again and again without much of a pause: a checkpoint is written in a few milliseconds. */
    private void await(Condition condition) throws IOException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.holds()) {
            assertTrue(process.isAlive(), "ended before it was killed: " + Files.readString(output()));
            assertTrue(System.nanoTime() < end, "hangs: " + Files.readString(output()));
            LockSupport.parkNanos(50_000);
        }
    }

    /** Something else for each file that gets this name. */
    private static String version(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.fileKey() + " " + attributes.lastModifiedTime();
    }

    private void awaitNext(Path file) throws IOException {
        String before = version(file);
        await(() -> !version(file).equals(before));
    }

    @Test
    void theWeightsAreThoseOfAnUndisturbedRun() throws Exception {
        drawImages();
        String train = TRAIN + " --data " + folder.resolve("data") + " --save-every 0 --out ";
        Path whole = folder.resolve("whole");
        runs(train + whole);

        Path run = folder.resolve("killed");
        Path checkpoint = run.resolve("dyt.safetensors");
        Path part = run.resolve("dyt.safetensors.part");
        start(train + run);
        long step = 0;
        int whileWriting = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            await(() -> Files.exists(run.resolve("config.json")));
            // The first before there is a checkpoint; every second one while some checkpoint is written.
            int checkpoints = kill == 0 ? 0 : 1 + random.nextInt(8);
            for (int i = 0; i < checkpoints; i++) {
                awaitNext(checkpoint);
            }
            if (kill % 2 == 1) {
                await(() -> Files.exists(part));
            } else {
                LockSupport.parkNanos(random.nextInt(5_000_000));
            }
            assertTrue(process.isAlive(), "ended before it was killed: " + Files.readString(output()));
            process.destroyForcibly().waitFor();
            boolean writing = Files.exists(part);
            whileWriting += writing ? 1 : 0;
            long reached =
                    Files.exists(checkpoint) ? Checkpoint.load(checkpoint).step() : 0;
            assertTrue(reached >= step, "from step " + step + " back to " + reached);
            System.out.println("kill " + (kill + 1) + ": the last checkpoint is of step " + reached
                    + (writing ? ", the next was being written" : ""));
            step = reached;
            if (kill == 1) {
                writeHalf(run);
            }
            start("train --resume " + run + " --save-every 0");
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "hangs: " + Files.readString(output()));
        assertEquals(0, process.exitValue(), Files.readString(output()));
        assertTrue(whileWriting > 0, "none was killed while it wrote a checkpoint");
        assertEquals(-1, Files.mismatch(whole.resolve("dyt.safetensors"), checkpoint));
        TreeMap<Long, String> losses = read(whole.resolve("log.jsonl"), "loss");
        assertEquals(EPOCHS * STEPS_PER_EPOCH, losses.size());
        assertEquals(losses, read(run.resolve("log.jsonl"), "loss"));
        assertEquals(EPOCHS, read(run.resolve("log.jsonl"), "testLoss").size());
        assertEquals(read(whole.resolve("log.jsonl"), "testLoss"), read(run.resolve("log.jsonl"), "testLoss"));
        try (Stream<Path> files = Files.list(run.resolve("tensorboard/DyT"))) {
            assertTrue(files.filter(KilledTrainingTest::holdsEvents).count() > 1);
        }
    }

    /** What a full disk would leave at the end of the logs. */
    private static void writeHalf(Path run) throws IOException {
        Files.writeString(run.resolve("log.jsonl"), "{\"model\":\"DyT\",\"st", StandardOpenOption.APPEND);
        try (Stream<Path> files = Files.list(run.resolve("tensorboard/DyT"))) {
            Files.write(files.sorted().toList().getLast(), new byte[] {40, 0, 0}, StandardOpenOption.APPEND);
        }
    }

    private static TreeMap<Long, String> read(Path log, String value) throws IOException {
        TreeMap<Long, String> values = new TreeMap<>();
        for (String line : Files.readAllLines(log)) {
            JsonNode node = JsonMapper.shared().readTree(line);
            if (node.has(value)) {
                String old =
                        values.put(node.path("step").asLong(), node.path(value).toString());
                assertTrue(old == null || old.equals(node.path(value).toString()), line);
            }
        }
        return values;
    }

    /** Whether whole records are followed by at most the beginning of one, which TensorBoard waits to be completed. */
    private static boolean holdsEvents(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int records = 0;
            while (bytes.remaining() >= 12) {
                long length = bytes.getLong(bytes.position());
                assertTrue(length > 0 && length < 1000, file + " has a record of " + length + " bytes");
                if (bytes.remaining() < length + 16) {
                    break;
                }
                bytes.position(bytes.position() + (int) length + 16);
                records++;
            }
            assertTrue(records > 0 || !bytes.hasRemaining(), file + " holds no record");
            return records > 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
