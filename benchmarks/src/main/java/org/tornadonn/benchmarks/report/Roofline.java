package org.tornadonn.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Peaks;

/** Measurements under a device's peaks: operations per second over operations per byte. */
final class Roofline {
    private Roofline() {}

    static String svg(Peaks peaks, List<Measurement> timed) {
        Chart chart = new Chart("operations per byte", "GFLOP/s");
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Measurement m : timed) {
            double x = (double) m.operations() / m.bytes();
            least = Math.min(least, x);
            most = Math.max(most, x);
        }
        Peaks.Copy fastest = peaks.copies().stream()
                .max(Comparator.comparingDouble(Peaks.Copy::rate))
                .orElseThrow();
        Peaks.Copy largest = peaks.copies().getLast();
        chart.limit("copy, " + Figures.size(fastest.bytes()), roof(fastest, peaks, least, most), false);
        if (largest != fastest) {
            chart.limit("copy, " + Figures.size(largest.bytes()), roof(largest, peaks, least, most), true);
        }
        Map<String, List<Chart.Point>> ops = new LinkedHashMap<>();
        for (Measurement m : timed) {
            String label = m.op() + " " + m.pass() + " " + m.shape() + ": "
                    + Figures.time(m.time().median()) + ", "
                    + Figures.digits(m.byteRate() / 1e9) + " GB/s, " + Figures.digits(m.operationRate() / 1e9)
                    + " GFLOP/s, " + Figures.percent(m.share(peaks)) + " of peak";
            ops.computeIfAbsent(m.op(), _ -> new ArrayList<>())
                    .add(new Chart.Point((double) m.operations() / m.bytes(), m.operationRate() / 1e9, label));
        }
        ops.forEach(chart::points);
        return chart.svg();
    }

    private static List<Chart.Point> roof(Peaks.Copy copy, Peaks peaks, double least, double most) {
        List<Chart.Point> roof = new ArrayList<>();
        double ridge = peaks.operations() / copy.rate();
        for (double x : new double[] {least, Math.clamp(ridge, least, most), most}) {
            roof.add(new Chart.Point(x, Math.min(peaks.operations(), x * copy.rate()) / 1e9, ""));
        }
        return roof;
    }
}
