/**
 * What is measured: each {@link org.tornadonn.benchmarks.op.Op} with its sizes, its bytes and operations per launch and a check
 * against double arithmetic. To add an op, write its class like {@link org.tornadonn.benchmarks.op.GeluOp} and enter it in
 * {@link org.tornadonn.benchmarks.op.OpList}.
 */
package org.tornadonn.benchmarks.op;
