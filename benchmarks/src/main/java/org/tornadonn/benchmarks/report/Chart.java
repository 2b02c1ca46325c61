package org.tornadonn.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart with logarithmic axes as inline SVG: series of points with or without lines. Text takes the page's colour. */
final class Chart {
    /** Colours that people with any colour vision can tell apart (Okabe and Ito). */
    static final List<String> COLOURS = List.of(
            "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8c6bb1", "#7f7f7f", "#a6761d",
            "#66a61e");

    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 64;
    private static final int RIGHT = 190;
    private static final int TOP = 14;
    private static final int BOTTOM = 46;

    /** @param label what a pointer over it shows */
    record Point(double x, double y, String label) {
        Point {
            if (!(x > 0 && x < Double.POSITIVE_INFINITY && y > 0 && y < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a point of logarithmic axes is positive: " + x + ", " + y);
            }
        }
    }

    private record Series(
            String name, List<Point> points, boolean line, boolean marks, String colour, boolean dashed) {}

    private final String xTitle;
    private final String yTitle;
    private final List<Series> series = new ArrayList<>();

    Chart(String xTitle, String yTitle) {
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    Chart points(String name, List<Point> points) {
        return add(new Series(name, points, false, true, colour(), false));
    }

    /** A line with marks; curves of one {@code family}, from 0, have one colour. */
    Chart curve(String name, List<Point> points, int family, boolean dashed) {
        return add(new Series(name, points, true, true, COLOURS.get(family % COLOURS.size()), dashed));
    }

    /** A limit: a line without marks in the text's colour. */
    Chart limit(String name, List<Point> points, boolean dashed) {
        return add(new Series(name, points, true, false, "currentColor", dashed));
    }

    private Chart add(Series s) {
        if (!s.points().isEmpty()) {
            series.add(s);
        }
        return this;
    }

    private String colour() {
        long used = series.stream().filter(Series::marks).count();
        return COLOURS.get((int) (used % COLOURS.size()));
    }

    private record Axis(double low, double high, double from, double to) {
        static Axis over(double[] values, double from, double to) {
            double low = Double.MAX_VALUE;
            double high = 0;
            for (double v : values) {
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
            return new Axis(Math.log10(low / 1.25), Math.log10(high * 1.25), from, to);
        }

        double at(double value) {
            return from + (Math.log10(value) - low) / (high - low) * (to - from);
        }

        /** 1, 2 and 5 times powers of ten, or only the powers where there are many. */
        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            int[] steps = high - low > 3 ? new int[] {1} : new int[] {1, 2, 5};
            for (int power = (int) Math.floor(low); power <= high; power++) {
                for (int step : steps) {
                    double value = step * Math.pow(10, power);
                    if (Math.log10(value) >= low && Math.log10(value) <= high) {
                        ticks.add(value);
                    }
                }
            }
            return ticks;
        }
    }

    private double[] values(boolean x) {
        return series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(p -> x ? p.x() : p.y())
                .toArray();
    }

    String svg() {
        Axis x = Axis.over(values(true), LEFT, WIDTH - RIGHT);
        Axis y = Axis.over(values(false), HEIGHT - BOTTOM, TOP);
        StringBuilder svg = new StringBuilder();
        line(svg, "<svg viewBox=\"0 0 %d %d\" role=\"img\" class=\"chart\">%n", WIDTH, HEIGHT);
        for (double tick : x.ticks()) {
            line(svg, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x.at(tick), TOP, HEIGHT - BOTTOM);
            text(svg, x.at(tick), HEIGHT - BOTTOM + 16, "middle", number(tick));
        }
        for (double tick : y.ticks()) {
            line(svg, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y.at(tick), WIDTH - RIGHT);
            text(svg, LEFT - 6, y.at(tick) + 4, "end", number(tick));
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", xTitle);
        line(
                svg,
                "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2,
                Html.escape(yTitle));
        int row = 0;
        for (Series s : series) {
            draw(svg, s, x, y);
            double at = TOP + 14 + 18 * row++;
            line(
                    svg,
                    "<path d=\"M%d %.1fh16\" stroke=\"%s\" stroke-width=\"%s\"%s/>",
                    WIDTH - RIGHT + 12,
                    at - 4,
                    s.colour(),
                    s.line() ? "2" : "7",
                    s.dashed() ? " stroke-dasharray=\"5 4\"" : "");
            text(svg, WIDTH - RIGHT + 34, at, "start", s.name());
        }
        return svg.append("</svg>\n").toString();
    }

    private static void draw(StringBuilder svg, Series s, Axis x, Axis y) {
        if (s.line()) {
            StringBuilder path = new StringBuilder();
            for (Point p : s.points()) {
                path.append(String.format(
                        Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x.at(p.x()), y.at(p.y())));
            }
            line(
                    svg,
                    "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
                    path,
                    s.colour(),
                    s.dashed() ? " stroke-dasharray=\"5 4\"" : "");
        }
        for (Point p : s.marks() ? s.points() : List.<Point>of()) {
            line(
                    svg,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"><title>%s</title></circle>%n",
                    x.at(p.x()),
                    y.at(p.y()),
                    s.colour(),
                    Html.escape(p.label()));
        }
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        line(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, Html.escape(text));
    }

    private static void line(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private static String number(double value) {
        return value >= 1 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }
}
