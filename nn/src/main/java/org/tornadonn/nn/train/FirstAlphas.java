package org.tornadonn.nn.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.data.ImageSet;
import org.tornadonn.nn.model.Model;

/**
 * What DyT's alphas begin with: one value for all layers, as in the vision models of the paper; others for some layers, as in its
 * language models; or what {@linkplain AlphaFit fits the data}. As text {@code 0.5}, {@code 5,downsample=1,head=0.5} or {@code fit}.
 *
 * @param usual of all layers but those of the parts
 * @param parts values of the layers whose name has such a part
 * @param fitted whether they are fitted, from the usual value on
 */
public record FirstAlphas(float usual, Map<String, Float> parts, boolean fitted) {
    private static final String FIT = "fit";
    /** The paper's (arXiv 2503.10622, section 5). */
    private static final float PAPER = 0.5f;

    /** @throws UserException where the text is none of that */
    public static FirstAlphas of(String text) {
        if (text.equals(FIT)) {
            return new FirstAlphas(PAPER, Map.of(), true);
        }
        String[] words = text.split(",", -1);
        Map<String, Float> parts = new LinkedHashMap<>();
        for (String word : List.of(words).subList(1, words.length)) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw bad(text);
            }
            parts.put(word.substring(0, equals), number(word.substring(equals + 1), text));
        }
        return new FirstAlphas(number(words[0], text), parts, false);
    }

    private static float number(String word, String text) {
        try {
            float value = Float.parseFloat(word);
            if (value > 0 && value < Float.POSITIVE_INFINITY) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw bad(text);
    }

    private static UserException bad(String text) {
        return new UserException(
                "'" + text + "' is no first value of alpha. Give a positive number; or one, and others for"
                        + " layers by a part of their names: 5,downsample=1,head=0.5; or " + FIT + ".");
    }

    /** @throws UserException where there are parts, and no layer with an alpha has one of them in its name */
    public void check(ParameterTable table) {
        for (String part : parts.keySet()) {
            if (layers(table, part).isEmpty()) {
                throw new UserException("No layer with an alpha has " + part + " in its name. There are: "
                        + layers(table, "").stream()
                                .map(ParameterTable.Entry::owner)
                                .collect(Collectors.joining(", ", "", ".")));
            }
        }
    }

    private static List<ParameterTable.Entry> layers(ParameterTable table, String part) {
        return table.entries().stream()
                .filter(e -> e.isAlpha() && e.owner().contains(part))
                .toList();
    }

    /**
     * Gives a model that has not been executed yet those that it does not begin with by itself, which is with the usual value.
     *
     * @return what was fitted, or null
     */
    public AlphaFit apply(Model model, ImageSet images) {
        check(model.table());
        parts.forEach((part, value) ->
                layers(model.table(), part).forEach(e -> model.parameters().set(e.offset(), value)));
        return fitted ? AlphaFit.fit(model, images) : null;
    }
}
