package org.tornadonn.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.tornadonn.examples.Study.Outcome;
import org.tornadonn.nn.UserException;

/** A study as one page that needs nothing but itself: for each model, accuracy beside the paper's, what can be said, and curves. */
final class StudyReport {
    private static final String STYLE = """
            :root { color-scheme: light dark; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 1160px; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: 2px 12px; border-bottom: 1px solid #8885; text-align: left; }
            img { max-width: 100%; background: white; }
            """;

    private final Study study;
    private final List<Outcome> outcomes;
    private final List<String> options;

    /** @param options of train that all trainings had */
    StudyReport(Study study, List<Outcome> outcomes, List<String> options) {
        this.study = study;
        this.outcomes = outcomes;
        this.options = options;
    }

    /**
     * One variant.
     *
     * @param values test accuracies of the trainings that did not diverge, in percent, by seed
     */
    record Spread(List<Double> values, int diverged) {
        static Spread of(List<Outcome> runs) {
            List<Double> values = runs.stream()
                    .filter(r -> !r.diverged())
                    .map(Outcome::accuracy)
                    .toList();
            return new Spread(values, runs.size() - values.size());
        }

        double mean() {
            return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
        }

        /** Standard deviation over seeds; of one seed it is not known. */
        double deviation() {
            double mean = mean();
            return Math.sqrt(
                    values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / (values.size() - 1));
        }

        @Override
        public String toString() {
            if (values.isEmpty()) {
                return "diverged";
            }
            String all = values.size() == 1
                    ? String.format(Locale.ROOT, "%.1f", mean())
                    : String.format(Locale.ROOT, "%.1f ± %.1f", mean(), deviation());
            return diverged == 0 ? all : all + ", and " + diverged + " diverged";
        }
    }

    String page(List<Study.Figure> figures) {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>")
                .append(escape(study.title()))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>")
                .append(escape(study.title()))
                .append("</h1>\n<p>")
                .append(escape(study.claim()))
                .append("</p>\n<p>Trained here with: ")
                .append(escape(String.join(" ", options)))
                .append("</p>\n");
        by(outcomes, o -> o.training().model()).forEach((model, of) -> section(html, model, of));
        for (Study.Figure figure : figures) {
            html.append("<h2>")
                    .append(escape(figure.title()))
                    .append("</h2>\n<p>")
                    .append(escape(figure.text()))
                    .append("</p>\n");
            image(html, figure.title(), figure.charts());
        }
        return html.append("</body>\n</html>\n").toString();
    }

    private void section(StringBuilder html, String model, List<Outcome> of) {
        Map<String, Spread> spreads = new LinkedHashMap<>();
        by(of, o -> o.training().variant()).forEach((variant, runs) -> spreads.put(variant, Spread.of(runs)));
        Study.PaperFigures paper = study.paper(model);
        html.append("<h2>")
                .append(escape(model))
                .append("</h2>\n<table>\n<tr><th></th><th>test accuracy here, %</th><th>the paper's ");
        html.append(escape(paper.measure())).append("</th></tr>\n");
        spreads.forEach((variant, spread) -> html.append("<tr><td>")
                .append(escape(variant))
                .append("</td><td>")
                .append(spread)
                .append("</td><td>")
                .append(escape(paper.figures().getOrDefault(variant, "")))
                .append("</td></tr>\n"));
        html.append("</table>\n");
        verdicts(spreads).forEach(v -> html.append("<p>").append(escape(v)).append("</p>\n"));
        image(html, "training loss and test accuracy", Curves.charts(means(of)));
    }

    /** What the trainings say of each variant against the baseline, and what they cannot. */
    List<String> verdicts(Map<String, Spread> spreads) {
        Spread base = spreads.get(study.baseline());
        if (base == null || base.values().isEmpty()) {
            return List.of();
        }
        List<String> verdicts = new ArrayList<>();
        spreads.forEach((variant, spread) -> {
            if (!variant.equals(study.baseline()) && !spread.values().isEmpty()) {
                verdicts.add(variant + verdict(spread, base));
            }
        });
        return verdicts;
    }

    private String verdict(Spread spread, Spread base) {
        double difference = spread.mean() - base.mean();
        String said = String.format(
                Locale.ROOT,
                " is %.1f points %s %s",
                Math.abs(difference),
                difference < 0 ? "below" : "above",
                study.baseline());
        if (spread.values().size() == 1 || base.values().size() == 1) {
            return said + ". One seed says nothing of the spread: use --seeds 3 or more.";
        }
        double noise = Math.hypot(spread.deviation(), base.deviation());
        return String.format(
                Locale.ROOT,
                "%s; by seeds alone such a difference varies by %.1f, so trainings this small %s.",
                said,
                noise,
                Math.abs(difference) > 2 * noise ? "show it" : "do not show it");
    }

    private static Map<String, Curves.Curve> means(List<Outcome> of) {
        Map<String, Curves.Curve> means = new LinkedHashMap<>();
        by(of, o -> o.training().variant())
                .forEach((variant, runs) -> means.put(
                        variant,
                        new Curves.Curve(
                                mean(runs.stream().map(o -> o.curve().losses()).toList()),
                                mean(runs.stream()
                                        .map(o -> o.curve().accuracies())
                                        .toList()),
                                new TreeSet<>())));
        return means;
    }

    private static void image(StringBuilder html, String what, List<XYChart> charts) {
        try (var bytes = new ByteArrayOutputStream()) {
            BitmapEncoder.saveBitmap(charts, 1, charts.size(), bytes, BitmapEncoder.BitmapFormat.PNG);
            html.append("<img alt=\"")
                    .append(escape(what))
                    .append("\" src=\"data:image/png;base64,")
                    .append(Base64.getEncoder().encodeToString(bytes.toByteArray()))
                    .append("\"/>\n");
        } catch (IOException e) {
            throw new UserException("The curves cannot be drawn: " + e.getMessage());
        }
    }

    /** The mean over seeds, at the steps that all have. */
    private static TreeMap<Long, Double> mean(List<TreeMap<Long, Double>> curves) {
        TreeMap<Long, Double> mean = new TreeMap<>();
        for (long step : curves.getFirst().keySet()) {
            if (curves.stream().allMatch(c -> c.containsKey(step))) {
                mean.put(
                        step,
                        curves.stream().mapToDouble(c -> c.get(step)).average().orElseThrow());
            }
        }
        return mean;
    }

    private static <T> Map<String, List<T>> by(List<T> all, Function<T, String> key) {
        Map<String, List<T>> groups = new LinkedHashMap<>();
        all.forEach(each ->
                groups.computeIfAbsent(key.apply(each), _ -> new ArrayList<>()).add(each));
        return groups;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
