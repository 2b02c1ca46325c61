package org.tornadonn.engine.prebuilt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The JSON of manifests: objects, lists, strings and whole numbers. The engine depends on no library. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Maps, lists, strings and longs as JSON, an entry of the outer two levels a line. */
    static String write(Object value) {
        return write(value, "\n") + "\n";
    }

    private static String write(Object value, String line) {
        boolean flat = line.length() > 7;
        String inner = flat ? " " : line + "  ";
        String separator = flat ? ", " : "," + inner;
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> quote(e.getKey().toString()) + ": " + write(e.getValue(), line + "  "))
                        .collect(Collectors.joining(separator, "{" + inner, (flat ? " " : line) + "}"));
            case List<?> list when list.isEmpty() -> "[]";
            case List<?> list ->
                list.stream()
                        .map(v -> write(v, line + "  "))
                        .collect(Collectors.joining(separator, "[" + inner, (flat ? " " : line) + "]"));
            case String s -> quote(s);
            default -> value.toString();
        };
    }

    private static String quote(String s) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** @throws IllegalArgumentException where the text is something else */
    static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.blank();
        if (json.at < text.length()) {
            throw json.wrong();
        }
        return value;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("no JSON of a manifest at character " + at);
    }

    private void blank() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean take(char c) {
        blank();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw wrong();
        }
    }

    private Object value() {
        if (take('{')) {
            Map<String, Object> map = new LinkedHashMap<>();
            if (!take('}')) {
                do {
                    expect('"');
                    String key = string();
                    expect(':');
                    map.put(key, value());
                } while (take(','));
                expect('}');
            }
            return map;
        }
        if (take('[')) {
            List<Object> list = new ArrayList<>();
            if (!take(']')) {
                do {
                    list.add(value());
                } while (take(','));
                expect(']');
            }
            return list;
        }
        return take('"') ? string() : number();
    }

    private long number() {
        int start = at;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || at == start && text.charAt(at) == '-')) {
            at++;
        }
        return Long.parseLong(text.substring(start, at));
    }

    private String string() {
        StringBuilder s = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                s.append(c);
            } else if (text.startsWith("u", at) && at + 5 <= text.length()) {
                s.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 5;
            } else if (at < text.length() && "\"\\/".indexOf(text.charAt(at)) >= 0) {
                s.append(text.charAt(at++));
            } else {
                throw wrong();
            }
        }
        expect('"');
        return s.toString();
    }
}
