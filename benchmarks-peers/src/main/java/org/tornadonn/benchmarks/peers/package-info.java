/** DJL with PyTorch, and ONNX Runtime, as contenders of {@link org.tornadonn.benchmarks.peer.Duel}. Built with the profile peers only. */
package org.tornadonn.benchmarks.peers;
