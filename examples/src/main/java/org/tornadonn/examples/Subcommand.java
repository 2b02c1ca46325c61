package org.tornadonn.examples;

/**
 * A subcommand that another module adds to the command line: a class with picocli's {@code @Command}, named in the module's
 * {@code META-INF/services}, so that nothing here needs to know it.
 */
public interface Subcommand {}
