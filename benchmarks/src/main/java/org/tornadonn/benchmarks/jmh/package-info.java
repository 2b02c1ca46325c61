/**
 * JMH benchmarks of single ops and of the training step, for those who tune kernels. They run with JMH's own command line; see
 * {@link org.tornadonn.benchmarks.jmh.OpBenchmark}.
 */
package org.tornadonn.benchmarks.jmh;
