package org.tornadonn.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records have the checksums that TensorBoard asks for, and hold what was reported. */
class TensorBoardLogTest {
    @TempDir
    Path folder;

    @Test
    void writesRecordsWithChecksums() throws IOException {
        TensorBoardLog log = new TensorBoardLog(folder.resolve("DyT"));
        log.step(new Listener.Progress(300, 900, 1.25, 0.5, 2.5, 1, 10, 0, 2));
        log.evaluated(new Listener.Evaluation(300, new Listener.Score(0.75, 0.875), new Listener.Score(0.625, 0.9375)));
        Path file;
        try (Stream<Path> files = Files.list(folder.resolve("DyT"))) {
            file = files.findFirst().orElseThrow();
        }
        assertTrue(file.getFileName().toString().contains("tfevents"));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertTrue(text(record(bytes)).contains("brain.Event:2"));
        ByteBuffer step = record(bytes);
        // Field 2, the step, behind field 1, the time: 300 is AC 02.
        assertEquals(0x02AC10, step.getInt(9) & 0xFFFFFF);
        assertTrue(text(step).contains("train/loss") && contains(step, 1.25f), text(step));
        assertTrue(text(step).contains("train/accuracy") && contains(step, 0.5f), text(step));
        assertTrue(text(step).contains("train/gradientNorm") && contains(step, 2.5f), text(step));
        ByteBuffer evaluation = record(bytes);
        assertTrue(contains(evaluation, 0.75f) && contains(evaluation, 0.875f));
        assertTrue(text(evaluation).contains("test/emaAccuracy") && contains(evaluation, 0.9375f));
        assertFalse(bytes.hasRemaining());
    }

    private static ByteBuffer record(ByteBuffer bytes) {
        byte[] length = new byte[8];
        bytes.get(bytes.position(), length);
        byte[] data = new byte[Math.toIntExact(bytes.getLong())];
        assertEquals(masked(length), bytes.getInt());
        bytes.get(data);
        assertEquals(masked(data), bytes.getInt());
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String text(ByteBuffer record) {
        return new String(record.array(), StandardCharsets.ISO_8859_1);
    }

    private static boolean contains(ByteBuffer record, float value) {
        for (int i = 0; i + 4 <= record.capacity(); i++) {
            if (record.getFloat(i) == value) {
                return true;
            }
        }
        return false;
    }

    /** CRC-32C bit by bit (RFC 3720, appendix B.4), masked as TFRecords are. */
    private static int masked(byte[] data) {
        int crc = -1;
        for (byte b : data) {
            crc ^= b & 0xFF;
            for (int k = 0; k < 8; k++) {
                crc = crc >>> 1 ^ (0x82F63B78 & -(crc & 1));
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }
}
