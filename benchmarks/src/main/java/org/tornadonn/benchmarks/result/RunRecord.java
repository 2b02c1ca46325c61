package org.tornadonn.benchmarks.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * Where, when and with what an engine was run.
 *
 * @param format version of this file's form
 * @param command the command line
 * @param commit of the project, or null where it cannot be told
 * @param load processors that other programs kept busy when the run began; negative where that is not known
 * @param effort TINY, QUICK or FULL
 * @param devices indices of the devices
 */
public record RunRecord(
        int format,
        String command,
        String date,
        String version,
        String commit,
        String os,
        String cpu,
        int cores,
        double load,
        String jdk,
        String engine,
        String effort,
        boolean peers,
        List<String> ops,
        List<Integer> devices) {
    public static final int FORMAT = 2;

    /** The engine as --engine takes it and tables show it. */
    @JsonIgnore
    public String engineOption() {
        return engineOption(engine);
    }

    /** The option for an engine's name. */
    public static String engineOption(String engine) {
        return engine.startsWith("TornadoVM") ? "sdk" : "embedded";
    }

    /** Whether other programs kept more than a quarter of the processors busy when the run began. */
    @JsonIgnore
    public boolean busy() {
        return load > cores / 4.0;
    }
}
