/** Trained models as ONNX files, for runtimes that only infer. */
package org.tornadonn.nn.onnx;
