package org.tornadonn.suite;

/** stub */
public final class SuiteTable {
    /** Written by each module into its target folder. */
    static final String RECORD = "suite.jsonl";

    private SuiteTable() {}
}
