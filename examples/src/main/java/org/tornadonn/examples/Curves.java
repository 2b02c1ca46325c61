package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A run's training loss and test accuracy over steps, from its log, and their picture. */
final class Curves {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WINDOW = 20;

    private Curves() {}

    /**
     * A training.
     *
     * @param losses of training, by step
     * @param accuracies on the test set, from 0 to 1, by step
     * @param diverged steps whose loss was not finite; training ended there
     */
    record Curve(TreeMap<Long, Double> losses, TreeMap<Long, Double> accuracies, TreeSet<Long> diverged) {
        Curve() {
            this(new TreeMap<>(), new TreeMap<>(), new TreeSet<>());
        }
    }

    /** The trainings of a run's log, by model. */
    static Map<String, Curve> read(Path log) {
        try {
            Map<String, Curve> curves = new LinkedHashMap<>();
            for (JsonNode node : lines(log)) {
                Curve curve = curves.computeIfAbsent(node.path("model").asString(), _ -> new Curve());
                long step = node.path("step").asLong();
                if (node.has("testAccuracy")) {
                    curve.accuracies().put(step, node.path("testAccuracy").asDouble());
                } else if (node.has("diverged")) {
                    curve.diverged().add(step);
                } else {
                    curve.losses().put(step, node.path("loss").asDouble());
                }
            }
            return curves;
        } catch (IOException e) {
            throw new UserException("The log " + log + " cannot be read: " + UserException.reason(e) + ".");
        }
    }

    /** The lines of a log of JSON. */
    static List<JsonNode> lines(Path log) throws IOException {
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            try {
                nodes.add(JSON.readTree(line));
            } catch (JacksonException e) {
                throw new UserException(
                        "Line " + (nodes.size() + 1) + " of " + log + " is damaged. Remove it and resume the run.");
            }
        }
        return nodes;
    }

    /** Training loss, and test accuracy. */
    static List<XYChart> charts(Map<String, Curve> curves) {
        XYChart loss = chart("training loss (mean of 20 steps)", "step", "loss", Styler.LegendPosition.InsideNE);
        XYChart accuracy = chart("test accuracy", "step", "%", Styler.LegendPosition.InsideSE);
        curves.forEach((model, curve) -> {
            add(loss, model, curve.losses(), WINDOW, 1);
            if (!curve.accuracies().isEmpty()) {
                add(accuracy, model, curve.accuracies(), 1, 100);
            }
        });
        return List.of(loss, accuracy);
    }

    /** Draws a run folder's curves.png: loss, accuracy, and alpha against 1 / std where a model has alpha. */
    static Path draw(Path folder) {
        Path png = folder.resolve("curves.png");
        List<XYChart> charts = new ArrayList<>(charts(read(folder.resolve("log.jsonl"))));
        Map<String, Alphas> alphas = Alphas.read(folder.resolve("alpha.jsonl"));
        if (!alphas.isEmpty()) {
            charts.add(Alphas.scatter(alphas));
        }
        try {
            BitmapEncoder.saveBitmap(charts, 1, charts.size(), png.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UserException("The curves cannot be drawn: " + UserException.reason(e) + ".");
        }
        return png;
    }

    static XYChart chart(String title, String x, String y, Styler.LegendPosition legend) {
        XYChart chart = new XYChartBuilder()
                .width(560)
                .height(380)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .theme(Styler.ChartTheme.Matlab)
                .build();
        chart.getStyler().setLegendPosition(legend);
        return chart;
    }

    private static void add(XYChart chart, String model, TreeMap<Long, Double> points, int window, double factor) {
        List<Double> means = new ArrayList<>();
        List<Double> values = new ArrayList<>(points.values());
        for (int i = 0; i < values.size(); i++) {
            means.add(values.subList(Math.max(0, i - window + 1), i + 1).stream()
                    .mapToDouble(v -> factor * v)
                    .average()
                    .orElseThrow());
        }
        chart.addSeries(model, new ArrayList<>(points.keySet()), means)
                .setMarker(window > 1 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }
}
