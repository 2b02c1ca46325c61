package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.tornadonn.nn.ProtocolBuffer;
import org.tornadonn.nn.UserException;

/**
 * Writes TensorBoard's event files: records of protocol buffers (tensorflow/core/util/event.proto), each behind its length and
 * followed by a checksum. Every start of a run makes a file of its own; TensorBoard shows the files of a folder as one run.
 */
public final class TensorBoardLog implements Listener {
    private static final int MASK = 0xA282EAD8;

    private final Path file;

    /** @param folder a run's own, whose name TensorBoard shows */
    public TensorBoardLog(Path folder) {
        file = folder.resolve("events.out.tfevents." + System.currentTimeMillis() + ".tornado-nn");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failure(e);
        }
        write(event(0).text(3, "brain.Event:2"));
    }

    @Override
    public void step(Progress p) {
        write(event(p.step())
                .message(
                        5,
                        new ProtocolBuffer()
                                .message(1, scalar("train/loss", p.loss()))
                                .message(1, scalar("train/accuracy", p.accuracy()))
                                .message(1, scalar("train/gradientNorm", p.gradientNorm()))));
    }

    @Override
    public void evaluated(Evaluation e) {
        ProtocolBuffer summary = new ProtocolBuffer()
                .message(1, scalar("test/loss", e.score().loss()))
                .message(1, scalar("test/accuracy", e.score().accuracy()));
        if (e.ema() != null) {
            summary.message(1, scalar("test/emaLoss", e.ema().loss()))
                    .message(1, scalar("test/emaAccuracy", e.ema().accuracy()));
        }
        write(event(e.step()).message(5, summary));
    }

    private static ProtocolBuffer event(long step) {
        return new ProtocolBuffer().real64(1, System.currentTimeMillis() / 1e3).number(2, step);
    }

    private static ProtocolBuffer scalar(String tag, double value) {
        return new ProtocolBuffer().text(1, tag).real32(2, (float) value);
    }

    private void write(ProtocolBuffer event) {
        byte[] data = event.toByteArray();
        ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(checksum(record.array(), 0, 8));
        record.put(data);
        record.putInt(checksum(data, 0, data.length));
        try {
            Files.write(file, record.array(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private UserException failure(IOException e) {
        return new UserException("The event file " + file + " cannot be written: " + UserException.reason(e)
                + ". Make room or allow it, and resume the run from its last checkpoint.");
    }

    private static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }
}
