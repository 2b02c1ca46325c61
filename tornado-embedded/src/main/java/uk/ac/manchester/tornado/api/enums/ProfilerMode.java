package uk.ac.manchester.tornado.api.enums;

/** Where profiler figures go. */
public enum ProfilerMode {
    CONSOLE,
    SILENT
}
