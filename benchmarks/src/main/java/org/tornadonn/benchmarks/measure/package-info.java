/**
 * How it is measured: {@link org.tornadonn.benchmarks.measure.OpRun} times an op that was found right,
 * {@link org.tornadonn.benchmarks.measure.PeakRates} finds what a device can do at most. Everything goes through TornadoVM's API, so
 * it is the same under any engine.
 */
package org.tornadonn.benchmarks.measure;
