/**
 * Kernels of vision transformers, forward and backward, as plain Java against TornadoVM's API. May import the TornadoVM API and
 * java.lang, java.util.
 *
 * <p>Letters: B batch, T tokens, C channels, H heads; row-major, channels last. Argument order of a kernel: context, outputs,
 * upstream gradient, inputs, parameters, saved values, then the table and the task's first entry in it, sizes from outer to
 * inner, floats; an input that may be the same array as an output stands before it, for TornadoVM waits for ever on a task that gets
 * an array again behind the parameter that it writes. Entry t + k of the table is where the tensor in the k-th array argument begins. All outputs are written in full
 * (none is added to).
 *
 * <p>Loops over 16 lanes without control flow, but for choices (c ? a : b) between values at hand, are vector code on the embedded engine
 * and ordinary loops elsewhere; the work-items of most kernels are blocks of rows. Results are the same bits in every run on a device: no atomics, and sums are cut into parts by
 * shape alone.
 */
package org.tornadonn.kernels;
