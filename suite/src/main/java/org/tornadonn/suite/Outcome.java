package org.tornadonn.suite;

/** How a case went. */
public enum Outcome {
    /** The result is right. */
    PASSED,
    /** The engine said that it does not take the program, before it gave any result. */
    REFUSED,
    /** A wrong result, a crash, or no end. */
    WRONG
}
