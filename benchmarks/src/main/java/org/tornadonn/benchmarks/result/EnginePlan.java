package org.tornadonn.benchmarks.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tornadonn.nn.UserException;
import tools.jackson.core.JacksonException;

/**
 * What a run on several engines was begun with, kept in its folder as engines.json; each engine has a folder of its name there.
 *
 * @param engines as --engine takes them, in the order in which they are run
 * @param options of bench, for each of them
 */
public record EnginePlan(List<String> engines, List<String> options) {
    private static Path file(Path folder) {
        return folder.resolve("engines.json");
    }

    /** Whether the folder is that of a run on several engines. */
    public static boolean in(Path folder) {
        return Files.exists(file(folder));
    }

    public void create(Path folder) {
        if (in(folder) || ResultFolder.in(folder)) {
            throw new UserException(
                    folder + " holds a run already. Go on with it by --resume " + folder + ", or give another folder.");
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(file(folder), Results.LINES.writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw new UserException("The folder " + folder + " cannot be made: " + e.getMessage());
        }
    }

    public static EnginePlan read(Path folder) {
        try {
            EnginePlan plan = Results.LINES.readValue(Files.readString(file(folder)), EnginePlan.class);
            if (plan.engines() != null && plan.options() != null) {
                return plan;
            }
        } catch (IOException | JacksonException e) {
            // Said below.
        }
        throw new UserException(file(folder) + " is damaged. Begin a new run.");
    }
}
