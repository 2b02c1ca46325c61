package org.tornadonn.engine.runtime;

/**
 * Figures of one execution.
 *
 * @param total nanoseconds in all
 * @param compile nanoseconds spent on compiling
 * @param kernel nanoseconds that kernels ran, 0 without a profiler
 */
public record Profile(long total, long compile, long kernel, long bytesIn, long bytesOut) {}
