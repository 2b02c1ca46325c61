package org.tornadonn.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Peaks;
import org.tornadonn.benchmarks.result.Samples;

/** Numbers as people read them, the same in every report. */
public final class Figures {
    /** Heads of {@link #cells}. */
    public static final List<String> HEADS = List.of(
            "op",
            "pass",
            "size",
            "time",
            "best",
            "±",
            "wall",
            "GB/s",
            "GFLOP/s",
            "of peak",
            "bound",
            "compile",
            "first",
            "images/s");

    private Figures() {}

    /** 0.934 ms. */
    public static String time(double nanos) {
        if (nanos < 1e3) {
            return digits(nanos) + " ns";
        }
        if (nanos < 1e6) {
            return digits(nanos / 1e3) + " µs";
        }
        return nanos < 1e9 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
    }

    /** Three significant digits. */
    public static String digits(double value) {
        double a = Math.abs(value);
        if (a > 0 && a < 0.01) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return String.format(Locale.ROOT, a >= 100 ? "%.0f" : a >= 10 ? "%.1f" : a >= 1 ? "%.2f" : "%.3f", value);
    }

    public static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f%%" : "%.0f%%", 100 * share);
    }

    /** A row of the table: for a peer, which has no device here, without shares. */
    public static List<String> cells(Measurement m, Optional<DeviceRecord> device) {
        String compile = m.compileMillis() == null ? "" : time(m.compileMillis() * 1e6);
        String first = m.firstMillis() == null ? "" : time(m.firstMillis() * 1e6);
        if (m.failed()) {
            return List.of(m.op(), m.pass(), m.shape(), m.failure(), "", "", "", "", "", "", "", compile, first, "");
        }
        Peaks peaks = device.map(DeviceRecord::peaks).orElse(null);
        return List.of(
                m.op(),
                m.pass(),
                m.shape(),
                time(m.time().median()),
                time(m.time().best()),
                percent(m.time().spread()),
                wall(m),
                digits(m.byteRate() / 1e9),
                digits(m.operationRate() / 1e9),
                peaks == null ? "" : percent(m.share(peaks)),
                peaks == null ? "" : peaks.memoryBound(m.bytes(), m.operations()) ? "memory" : "compute",
                compile,
                first,
                m.images() == 0 ? "" : digits(m.images() / m.time().median() * 1e9));
    }

    /** The median of the time that the program waits. */
    public static String wall(Measurement m) {
        return time(m.wallNanos().isEmpty() ? m.time().median() : new Samples(m.wallNanos()).median());
    }

    /** The median, or what went wrong. */
    static String timeOrFailure(Measurement m) {
        return m.failed() ? m.failure() : time(m.time().median());
    }

    public static String imageRate(Measurement m) {
        return digits(m.images() / m.time().median() * 1e9) + " images/s";
    }

    /** The engine and the device's number: what tells columns apart. */
    static String column(Comparison.Column column) {
        return column.run().engineOption() + " " + column.device().index();
    }

    /** One line about a device. */
    public static String device(DeviceRecord d) {
        return String.format(
                Locale.ROOT,
                "device %d: %s (%s, %s, %s, %d units%s%s)",
                d.index(),
                d.name(),
                d.platform(),
                d.backend(),
                d.type(),
                d.units(),
                d.driver() == null ? "" : ", driver " + d.driver(),
                d.kernels() == null ? "" : ", kernels in " + d.kernels());
    }

    /** One line about a device's peaks. */
    public static String peaks(DeviceRecord device) {
        Peaks p = device.peaks();
        if (p == null) {
            return "its peaks could not be measured";
        }
        StringBuilder copies = new StringBuilder();
        for (Peaks.Copy c : p.copies()) {
            copies.append(copies.isEmpty() ? "" : ", ")
                    .append(digits(c.rate() / 1e9))
                    .append(" at ")
                    .append(size(c.bytes()));
        }
        return String.format(
                Locale.ROOT,
                "copy GB/s: %s; float32 multiply-add %s GFLOP/s; to the device %s GB/s, back %s GB/s",
                copies,
                digits(p.operations() / 1e9),
                digits(p.toDevice() / 1e9),
                digits(p.toHost() / 1e9));
    }

    /** Bytes: 50.3 MB. */
    public static String size(long bytes) {
        if (bytes >= 1_000_000_000) {
            return digits(bytes / 1e9) + " GB";
        }
        return bytes >= 1_000_000 ? digits(bytes / 1e6) + " MB" : digits(bytes / 1e3) + " kB";
    }
}
