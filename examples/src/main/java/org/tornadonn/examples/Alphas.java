package org.tornadonn.examples;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadonn.nn.UserException;
import tools.jackson.databind.JsonNode;

/**
 * Alpha of the norm layers of a model, and 1 / std of their inputs, in training.
 *
 * @param alpha by layer and step
 * @param inverseStd likewise
 */
record Alphas(Map<String, TreeMap<Long, Double>> alpha, Map<String, TreeMap<Long, Double>> inverseStd) {
    private static final int LAYERS = 4;

    /** Those of a run's alpha.jsonl, by model; empty where there is none. */
    static Map<String, Alphas> read(Path log) {
        Map<String, Alphas> models = new LinkedHashMap<>();
        if (!Files.exists(log)) {
            return models;
        }
        try {
            for (JsonNode node : Curves.lines(log)) {
                Alphas model = models.computeIfAbsent(
                        node.path("model").asString(), _ -> new Alphas(new LinkedHashMap<>(), new LinkedHashMap<>()));
                String norm = node.path("norm").asString();
                long step = node.path("step").asLong();
                model.alpha
                        .computeIfAbsent(norm, _ -> new TreeMap<>())
                        .put(step, node.path("alpha").asDouble());
                model.inverseStd
                        .computeIfAbsent(norm, _ -> new TreeMap<>())
                        .put(step, node.path("inverseStd").asDouble());
            }
        } catch (IOException e) {
            throw new UserException("The log " + log + " cannot be read: " + UserException.reason(e) + ".");
        }
        return models;
    }

    /** A point for each layer at the end of training. */
    static XYChart scatter(Map<String, Alphas> models) {
        XYChart chart = Curves.chart(
                "alpha of each layer, trained", "1 / std of its input", "alpha", Styler.LegendPosition.InsideNW);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        models.forEach((name, m) -> chart.addSeries(name, m.last(m.inverseStd), m.last(m.alpha)));
        return chart;
    }

    /** Over training, of a few layers from the first to the last: alpha, and 1 / std in dashes. */
    XYChart course(String title) {
        XYChart chart = Curves.chart(title, "step", "alpha; dashes: 1 / std", Styler.LegendPosition.OutsideE);
        List<String> layers = new ArrayList<>(alpha.keySet());
        for (int i = 0; i < Math.min(LAYERS, layers.size()); i++) {
            String layer = layers.get(i * (layers.size() - 1) / Math.max(1, Math.min(LAYERS, layers.size()) - 1));
            XYSeries solid = line(chart, layer, alpha.get(layer));
            XYSeries dashes = line(chart, layer + " ", inverseStd.get(layer));
            Color colour = chart.getStyler().getSeriesColors()[i];
            solid.setLineColor(colour);
            dashes.setLineColor(colour).setLineStyle(SeriesLines.DASH_DASH).setShowInLegend(false);
        }
        return chart;
    }

    private static XYSeries line(XYChart chart, String name, TreeMap<Long, Double> points) {
        XYSeries series = chart.addSeries(name, new ArrayList<>(points.keySet()), new ArrayList<>(points.values()));
        series.setMarker(SeriesMarkers.CIRCLE);
        return series;
    }

    /** Pearson's correlation of alpha and 1 / std over the layers at the end of training. */
    double correlation() {
        return correlation(last(alpha), last(inverseStd));
    }

    static double correlation(List<Double> a, List<Double> b) {
        double meanA = mean(a);
        double meanB = mean(b);
        double both = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.size(); i++) {
            both += (a.get(i) - meanA) * (b.get(i) - meanB);
            squaresA += Math.pow(a.get(i) - meanA, 2);
            squaresB += Math.pow(b.get(i) - meanB, 2);
        }
        return both / Math.sqrt(squaresA * squaresB);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private List<Double> last(Map<String, TreeMap<Long, Double>> ofLayers) {
        return ofLayers.values().stream().map(v -> v.lastEntry().getValue()).toList();
    }
}
