package org.tornadonn.suite;

/**
 * One case that ran.
 *
 * @param subject the op, model or construct
 * @param part what of it: passes, or a check
 * @param engine embedded, or the SDK with its version
 * @param device backend and name of the device
 * @param note what was seen instead, empty where the result is right
 * @param expected false where nothing explains the outcome: a test fails
 * @param thread TornadoVM's public thread about it, such as #1092, or empty
 */
public record Row(
        String subject,
        String part,
        String engine,
        String device,
        Outcome outcome,
        String note,
        boolean expected,
        String thread) {
    /** Where a module keeps its rows, one JSON object a line. */
    static final String FILE = "target/suite.jsonl";

    /** The part of a known fault of an engine. */
    public static final String QUIRK = "quirk";
}
