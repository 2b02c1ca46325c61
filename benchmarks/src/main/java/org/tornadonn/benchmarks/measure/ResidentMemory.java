package org.tornadonn.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The most memory that this process has held in RAM, which Linux counts and other systems do not tell. */
final class ResidentMemory {
    private static final Path SELF = Path.of("/proc/self");

    private ResidentMemory() {}

    /** Begins the count anew from what the process holds now; without effect where the system cannot. */
    static void restart() {
        try {
            Files.writeString(SELF.resolve("clear_refs"), "5");
        } catch (IOException e) {
            // Then the count is that since the process began, which peak() still tells.
        }
    }

    /** Bytes, or null where the system does not tell. */
    static Long peak() {
        try (Stream<String> lines = Files.lines(SELF.resolve("status"))) {
            return lines.filter(l -> l.startsWith("VmHWM:"))
                    .map(l -> 1024 * Long.parseLong(l.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }
}
