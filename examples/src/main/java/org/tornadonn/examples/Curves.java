package org.tornadonn.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Draws a run's training loss and test accuracy over steps, from its log. */
final class Curves {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WINDOW = 20;

    private Curves() {}

    static void draw(Path log, Path png) {
        try {
            Map<String, TreeMap<Long, Double>> losses = new LinkedHashMap<>();
            Map<String, TreeMap<Long, Double>> accuracies = new LinkedHashMap<>();
            List<String> lines = Files.readAllLines(log);
            for (int i = 0; i < lines.size(); i++) {
                JsonNode node = parse(lines.get(i), i + 1, log);
                boolean evaluation = node.has("testAccuracy");
                (evaluation ? accuracies : losses)
                        .computeIfAbsent(node.path("model").asString(), _ -> new TreeMap<>())
                        .put(
                                node.path("step").asLong(),
                                evaluation
                                        ? 100 * node.path("testAccuracy").asDouble()
                                        : node.path("loss").asDouble());
            }
            XYChart loss = chart("training loss (mean of 20 steps)", "loss", Styler.LegendPosition.InsideNE);
            losses.forEach((model, points) -> add(loss, model, points, WINDOW));
            XYChart accuracy = chart("test accuracy", "%", Styler.LegendPosition.InsideSE);
            accuracies.forEach((model, points) -> add(accuracy, model, points, 1));
            BitmapEncoder.saveBitmap(List.of(loss, accuracy), 1, 2, png.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UserException("The curves cannot be drawn: " + UserException.reason(e) + ".");
        }
    }

    private static JsonNode parse(String line, int number, Path log) {
        try {
            return JSON.readTree(line);
        } catch (JacksonException e) {
            throw new UserException("The curves cannot be drawn: line " + number + " of " + log
                    + " is damaged. Remove it and resume the run.");
        }
    }

    private static XYChart chart(String title, String unit, Styler.LegendPosition legend) {
        XYChart chart = new XYChartBuilder()
                .width(560)
                .height(380)
                .title(title)
                .xAxisTitle("step")
                .yAxisTitle(unit)
                .theme(Styler.ChartTheme.Matlab)
                .build();
        chart.getStyler().setLegendPosition(legend);
        return chart;
    }

    private static void add(XYChart chart, String model, TreeMap<Long, Double> points, int window) {
        List<Double> means = new ArrayList<>();
        List<Double> values = new ArrayList<>(points.values());
        for (int i = 0; i < values.size(); i++) {
            means.add(values.subList(Math.max(0, i - window + 1), i + 1).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElseThrow());
        }
        chart.addSeries(model, new ArrayList<>(points.keySet()), means)
                .setMarker(window > 1 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }
}
