package org.tornadonn.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** The few pieces of HTML that a report is made of. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String table(Table table) {
        StringBuilder html = new StringBuilder("<div class=\"wide\"><table>\n<tr>");
        for (int i = 0; i < table.heads().size(); i++) {
            html.append(i < table.names() ? "<th>" : "<th class=\"n\">")
                    .append(escape(table.heads().get(i)))
                    .append("</th>");
        }
        html.append("</tr>\n");
        for (List<String> row : table.rows()) {
            html.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                html.append(i < table.names() ? "<td>" : "<td class=\"n\">")
                        .append(escape(row.get(i)))
                        .append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</table></div>\n").toString();
    }

    /** Horizontal bars, each as long as its value. */
    static String bars(List<String> names, List<Double> values, List<String> labels) {
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        StringBuilder html = new StringBuilder("<table class=\"bars\">\n");
        for (int i = 0; i < names.size(); i++) {
            html.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s</td><td class=\"room\"><div class=\"bar\" style=\"width:%.1f%%\"></div></td><td class=\"n\">%s</td></tr>%n",
                    escape(names.get(i)),
                    100 * values.get(i) / most,
                    escape(labels.get(i))));
        }
        return html.append("</table>\n").toString();
    }
}
