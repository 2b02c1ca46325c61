package org.tornadonn.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadonn.nn.Training;
import org.tornadonn.nn.data.Batches;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Activation;
import org.tornadonn.nn.model.Model;
import org.tornadonn.nn.train.Checkpoint;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** What trained norm layers make of their input, before weight and bias: the paper's figures 2 and 3. */
final class NormCurves {
    private static final int POINTS = 3000;
    private static final int BATCH = 32;

    /**
     * A layer's curve.
     *
     * @param linear share of the variance of the output that the best straight line through the points explains; 1: a line
     */
    record Curve(String norm, List<Double> inputs, List<Double> outputs, double linear) {}

    private NormCurves() {}

    /** Those of a checkpoint's layers, on the first images of a set. */
    static List<Curve> of(Path checkpoint, ImageSet test, TornadoDevice device) {
        Checkpoint loaded = Checkpoint.load(checkpoint);
        try (Model model = new Model(loaded.config(), Training.none(Math.min(BATCH, test.size())), device);
                Batches batches = Batches.evaluation(test, model.batch())) {
            loaded.restore(model);
            Batches.Batch batch = batches.next();
            model.evaluate(batch.images(), batch.labels());
            return model.norms().stream().map(norm -> of(model, norm)).toList();
        }
    }

    private static Curve of(Model model, String norm) {
        Activation activation = model.activation(norm);
        int weight = model.table().entry(norm + ".weight").offset();
        int bias = model.table().entry(norm + ".bias").offset();
        List<Double> inputs = new ArrayList<>();
        List<Double> outputs = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < POINTS; k++) {
            int i = random.nextInt(activation.input().length);
            int channel = i % activation.channels();
            double gamma = model.parameters().get(weight + channel);
            if (gamma != 0) {
                inputs.add((double) activation.input()[i]);
                outputs.add((activation.output()[i] - model.parameters().get(bias + channel)) / gamma);
            }
        }
        return new Curve(norm, inputs, outputs, Math.pow(Alphas.correlation(inputs, outputs), 2));
    }

    /** The first, the middle and the last of the layers before attention and MLP, or of all where there are none. */
    static Study.Figure figure(String title, List<Curve> curves) {
        List<Curve> shown = IntStream.of(0, (curves.size() - 1) / 2, Math.max(0, curves.size() - 2))
                .distinct()
                .mapToObj(curves::get)
                .toList();
        StringBuilder text = new StringBuilder(
                "Share of the output's variance that a straight line through the points explains (the less, the more S):");
        curves.forEach(c -> text.append(String.format(Locale.ROOT, " %s %.2f;", c.norm(), c.linear())));
        text.setCharAt(text.length() - 1, '.');
        return new Study.Figure(
                title, text.toString(), shown.stream().map(NormCurves::chart).toList());
    }

    private static XYChart chart(Curve curve) {
        XYChart chart =
                Curves.chart(curve.norm(), "input", "output, before weight and bias", Styler.LegendPosition.InsideNW);
        chart.getStyler()
                .setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
                .setLegendVisible(false);
        chart.getStyler().setMarkerSize(3);
        chart.addSeries(curve.norm(), curve.inputs(), curve.outputs()).setMarker(SeriesMarkers.CIRCLE);
        return chart;
    }
}
