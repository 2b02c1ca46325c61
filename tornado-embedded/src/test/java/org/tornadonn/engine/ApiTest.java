package org.tornadonn.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TaskGraph;

/** What the API classes of this module offer, TornadoVM offers too: same names, descriptors, supertypes. */
@Tag("embedded")
class ApiTest {
    private static final Map<String, List<String>> SUPERTYPES = new HashMap<>();
    private static final Map<String, Set<String>> MEMBERS = new HashMap<>();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = ApiTest.class.getResourceAsStream("tornadovm-5.2-api.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .forEach(line -> {
                        String[] words = line.split(" ", 2);
                        if (words[1].startsWith(": ")) {
                            SUPERTYPES.put(
                                    words[0], List.of(words[1].substring(2).split(" ")));
                        } else {
                            MEMBERS.computeIfAbsent(words[0], _ -> new TreeSet<>())
                                    .add(words[1]);
                        }
                    });
        }
        assertTrue(SUPERTYPES.size() > 30, "the list was not read");
    }

    private static boolean offered(String owner, String member) {
        return MEMBERS.getOrDefault(owner, Set.of()).contains(member)
                || SUPERTYPES.getOrDefault(owner, List.of()).stream().anyMatch(s -> offered(s, member));
    }

    private static List<String> missing(ClassModel ours) {
        String name = ours.thisClass().asInternalName();
        List<String> missing = new ArrayList<>();
        if (!SUPERTYPES.containsKey(name)) {
            missing.add("class " + name);
        }
        ours.superclass().map(s -> s.asInternalName()).ifPresent(s -> {
            if (s.startsWith("uk/") && !SUPERTYPES.getOrDefault(name, List.of()).contains(s)) {
                missing.add(name + " extends " + s);
            }
        });
        ours.methods().stream()
                .filter(m -> m.flags().has(AccessFlag.PUBLIC) && !m.flags().has(AccessFlag.SYNTHETIC))
                .map(m -> (m.flags().has(AccessFlag.STATIC) ? "static " : "")
                        + m.methodName().stringValue()
                        + m.methodType().stringValue())
                .filter(m -> !offered(name, m))
                .forEach(m -> missing.add(name + " " + m));
        ours.fields().stream()
                .filter(f -> f.flags().has(AccessFlag.PUBLIC))
                .map(f -> (f.flags().has(AccessFlag.STATIC) ? "static " : "")
                        + f.fieldName().stringValue() + " " + f.fieldType().stringValue())
                .filter(f -> !offered(name, f))
                .forEach(f -> missing.add(name + " " + f));
        return missing;
    }

    @Test
    void tornadoVmHasAllOfIt() throws IOException, URISyntaxException {
        Path root = Path.of(TaskGraph.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> missing = new ArrayList<>();
        int classes = 0;
        try (Stream<Path> files = Files.walk(root.resolve("uk"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                ClassModel model = ClassFile.of().parse(file);
                if (model.flags().has(AccessFlag.PUBLIC)) {
                    classes++;
                    missing.addAll(missing(model));
                }
            }
        }
        assertTrue(classes > 30, "the classes were not found");
        assertEquals(List.of(), missing);
    }

    /** As in TornadoVM in part: the name of a class that it has, with a method that it has not. */
    public static final class Invented {
        public void invented() {}
    }

    @Test
    void whatIsInventedIsFound() throws IOException {
        try (InputStream in = ApiTest.class.getResourceAsStream("ApiTest$Invented.class")) {
            assertFalse(missing(ClassFile.of().parse(in.readAllBytes())).isEmpty());
        }
    }
}
