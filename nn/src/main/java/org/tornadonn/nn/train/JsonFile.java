package org.tornadonn.nn.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.ValueException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A JSON file of configuration, read strictly: a mistake is refused with the file, the line and what is allowed there. */
public final class JsonFile {
    private static final int SHOWN = 40;
    private static final JsonMapper STRICT = Json.MAPPER
            .rebuild()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private final String name;
    private final String text;
    private final ObjectNode tree;

    /** @param name said where a mistake is shown */
    JsonFile(String name, String text) {
        this.name = name;
        this.text = text;
        try {
            if (!(STRICT.readTree(text) instanceof ObjectNode object)) {
                throw new UserException(name + " is not a JSON object { ... }.");
            }
            tree = object;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new UserException(
                    name + ", line " + line + ": this is not JSON: " + firstLine(e.getOriginalMessage()) + ".");
        }
    }

    /** @throws IOException where there is no such file, or it cannot be read as UTF-8 */
    public static JsonFile read(Path file) throws IOException {
        return new JsonFile(file.toString(), Files.readString(file));
    }

    /** The whole of it. */
    public ObjectNode tree() {
        return tree;
    }

    /**
     * Makes a record of a tree in which the values of this file stand where they stand in the file.
     *
     * @param others keys that are known beside those of the record
     * @throws UserException for a key that is not known or missing, a value of another type, or one that is not allowed
     */
    public <T> T bind(JsonNode values, Class<T> type, String... others) {
        try {
            return bindTree(values, type, others);
        } catch (Mistake m) {
            throw new UserException(name + ", line " + line(m.at) + ": " + m.getMessage());
        }
    }

    /** The same of a tree that is of no file. */
    static <T> T bindOptions(JsonNode values, Class<T> type) {
        try {
            return bindTree(values, type);
        } catch (Mistake m) {
            throw new UserException(m.getMessage());
        }
    }

    private static final class Mistake extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient JsonPointer at;

        Mistake(JsonPointer at, String message) {
            super(message);
            this.at = at;
        }
    }

    private static <T> T bindTree(JsonNode values, Class<T> type, String... others) {
        try {
            return STRICT.treeToValue(values, type);
        } catch (JacksonException e) {
            JsonPointer at = JsonPointer.empty();
            for (JacksonException.Reference step : e.getPath()) {
                at = step.getPropertyName() != null
                        ? at.appendProperty(step.getPropertyName())
                        : at.appendIndex(step.getIndex());
            }
            if (e.getCause() instanceof ValueException v) {
                throw new Mistake(at.appendProperty(v.key()), v.getMessage());
            }
            throw new Mistake(at, explain(e, at, values.at(at), others));
        }
    }

    private static String explain(JacksonException e, JsonPointer at, JsonNode value, String... others) {
        String key = at.length() == 0 ? "this" : at.toString().substring(1).replace('/', '.');
        String is = value.isMissingNode() ? " is missing" : " is " + shown(value);
        return switch (e) {
            case UnrecognizedPropertyException u ->
                "there is no " + u.getPropertyName() + "; known are " + known(u.getKnownPropertyIds(), at, others)
                        + ".";
            case InvalidTypeIdException t ->
                key + (t.getTypeId() == null ? " has no architecture" : " has the architecture " + t.getTypeId())
                        + "; allowed is " + Json.ARCHITECTURES + ".";
            case MismatchedInputException m -> key + is + "; allowed is " + kind(m.getTargetType()) + ".";
            case InputCoercionException c -> key + is + "; allowed is " + kind(c.getTargetType()) + ".";
            case DatabindException d when d.getCause() instanceof UserException u -> u.getMessage();
            default -> key + is + ": " + firstLine(e.getOriginalMessage()) + ".";
        };
    }

    private static String known(Collection<Object> ids, JsonPointer at, String... others) {
        // The last step is the unknown key itself.
        Stream<String> top = at.length() > 0 && at.head().length() == 0 ? Stream.of(others) : Stream.of();
        return Stream.concat(ids.stream().map(String::valueOf), top).sorted().collect(Collectors.joining(", "));
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }

    private static String kind(Class<?> type) {
        if (type == null) {
            return "another kind of value";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        if (type.isRecord() || type.isInterface() && !Collection.class.isAssignableFrom(type)) {
            return "an object { ... }";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list [ ... ]";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number up to " + Integer.MAX_VALUE;
        }
        if (type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a text" : "a number";
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").replaceAll("\\.$", "");
    }

    /** The line of a key, or of what it is missing in. */
    private int line(JsonPointer at) {
        for (JsonPointer wanted = at; ; wanted = wanted.head()) {
            if (wanted.length() == 0) {
                return 1;
            }
            try (JsonParser parser = STRICT.createParser(text)) {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (parser.streamReadContext().pathAsPointer().equals(wanted)) {
                        return parser.currentTokenLocation().getLineNr();
                    }
                }
            }
        }
    }

    /** The keys of {@code over} take the place of those in {@code under}, in objects within too. */
    public static ObjectNode overlaid(ObjectNode under, ObjectNode over) {
        ObjectNode all = under.deepCopy();
        for (String key : List.copyOf(over.propertyNames())) {
            boolean objects = all.get(key) instanceof ObjectNode && over.get(key) instanceof ObjectNode;
            all.set(key, objects ? overlaid((ObjectNode) all.get(key), (ObjectNode) over.get(key)) : over.get(key));
        }
        return all;
    }
}
