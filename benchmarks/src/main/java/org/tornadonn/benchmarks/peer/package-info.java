/**
 * Other libraries on the same work: what a peer must do ({@link org.tornadonn.benchmarks.peer.Peer}), and ours as one of them. The
 * peers themselves are in the module benchmarks-peers, which is built only when asked for.
 */
package org.tornadonn.benchmarks.peer;
