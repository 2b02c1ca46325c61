/**
 * The benchmark of the command line, {@code tornado-nn bench}: start at {@link org.tornadonn.benchmarks.BenchCommand}. May use every
 * module; nothing imports it.
 */
package org.tornadonn.benchmarks;
