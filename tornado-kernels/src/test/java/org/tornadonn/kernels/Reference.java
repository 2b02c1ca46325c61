package org.tornadonn.kernels;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;

/** The operations in plain double loops, from their definitions; knows nothing of the kernels. */
final class Reference {
    private Reference() {}

    /** A function of several tensors to one tensor. */
    interface Op {
        double[] apply(double[]... inputs);
    }

    /** gamma f(alpha x + shift) + beta. */
    static Op pointwise(DoubleUnaryOperator f, int rows, int c) {
        return in -> {
            double[] y = new double[rows * c];
            for (int i = 0; i < y.length; i++) {
                y[i] = in[3][i % c] * f.applyAsDouble(in[1][0] * in[0][i] + in[2][0]) + in[4][i % c];
            }
            return y;
        };
    }

    static Op layerNorm(int rows, int c, double eps) {
        return in -> {
            double[] y = new double[rows * c];
            for (int r = 0; r < rows; r++) {
                double mean = 0;
                double variance = 0;
                for (int j = 0; j < c; j++) {
                    mean += in[0][r * c + j] / c;
                }
                for (int j = 0; j < c; j++) {
                    variance += Math.pow(in[0][r * c + j] - mean, 2) / c;
                }
                for (int j = 0; j < c; j++) {
                    y[r * c + j] = in[1][j] * (in[0][r * c + j] - mean) / Math.sqrt(variance + eps) + in[2][j];
                }
            }
            return y;
        };
    }

    static Op rmsNorm(int rows, int c, double eps) {
        return in -> {
            double[] y = new double[rows * c];
            for (int r = 0; r < rows; r++) {
                double square = 0;
                for (int j = 0; j < c; j++) {
                    square += Math.pow(in[0][r * c + j], 2) / c;
                }
                for (int j = 0; j < c; j++) {
                    y[r * c + j] = in[1][j] * in[0][r * c + j] / Math.sqrt(square + eps);
                }
            }
            return y;
        };
    }

    /** x wᵀ + b + residual. */
    static Op linear(int rows, int n, int out) {
        return in -> {
            double[] y = new double[rows * out];
            for (int r = 0; r < rows; r++) {
                for (int o = 0; o < out; o++) {
                    double sum = in[2][o] + in[3][r * out + o];
                    for (int k = 0; k < n; k++) {
                        sum += in[0][r * n + k] * in[1][o * n + k];
                    }
                    y[r * out + o] = sum;
                }
            }
            return y;
        };
    }

    static Op gelu(boolean tanh) {
        return in -> {
            double[] y = new double[in[0].length];
            for (int i = 0; i < y.length; i++) {
                double x = in[0][i];
                double squash = tanh
                        ? Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3)))
                        : erf(x / Math.sqrt(2));
                y[i] = x * 0.5 * (1 + squash);
            }
            return y;
        };
    }

    /** erf by its Taylor series, or by the continued fraction of erfc for large arguments. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a > 6) {
            return Math.signum(x);
        }
        if (a > 2.5) {
            double f = 0;
            for (int k = 60; k >= 1; k--) {
                f = k / 2.0 / (a + f);
            }
            return Math.signum(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + f));
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 80; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    static Op attention(int batch, int tokens, int heads, int d, boolean causal) {
        return in -> {
            int w = heads * d;
            double[] o = new double[batch * tokens * w];
            for (int b = 0; b < batch; b++) {
                for (int h = 0; h < heads; h++) {
                    for (int i = 0; i < tokens; i++) {
                        double[] p = new double[tokens];
                        double sum = 0;
                        for (int j = 0; j < (causal ? i + 1 : tokens); j++) {
                            double s = 0;
                            for (int k = 0; k < d; k++) {
                                s += in[0][(b * tokens + i) * 3 * w + h * d + k]
                                        * in[0][(b * tokens + j) * 3 * w + w + h * d + k];
                            }
                            p[j] = Math.exp(s / Math.sqrt(d));
                            sum += p[j];
                        }
                        for (int k = 0; k < d; k++) {
                            for (int j = 0; j < tokens; j++) {
                                o[(b * tokens + i) * w + h * d + k] +=
                                        p[j] / sum * in[0][(b * tokens + j) * 3 * w + 2 * w + h * d + k];
                            }
                        }
                    }
                }
            }
            return o;
        };
    }

    static Op softmax(int rows, int c) {
        return in -> {
            double[] y = new double[rows * c];
            for (int r = 0; r < rows; r++) {
                double most = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < c; j++) {
                    most = Math.max(most, in[0][r * c + j]);
                }
                double sum = 0;
                for (int j = 0; j < c; j++) {
                    sum += Math.exp(in[0][r * c + j] - most);
                }
                for (int j = 0; j < c; j++) {
                    y[r * c + j] = Math.exp(in[0][r * c + j] - most) / sum;
                }
            }
            return y;
        };
    }

    static Op products(boolean transposeA, boolean transposeB, int batch, int m, int n, int k) {
        return in -> {
            double[] c = new double[batch * m * n];
            for (int b = 0; b < batch; b++) {
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        for (int p = 0; p < k; p++) {
                            int left = transposeA ? p * m + i : i * k + p;
                            int right = transposeB ? j * k + p : p * n + j;
                            c[(b * m + i) * n + j] += in[0][b * m * k + left] * in[1][b * k * n + right];
                        }
                    }
                }
            }
            return c;
        };
    }

    static Op tokens(int batch, int patches, int c) {
        return in -> {
            double[] x = new double[batch * (patches + 1) * c];
            for (int b = 0; b < batch; b++) {
                for (int i = 0; i <= patches; i++) {
                    for (int j = 0; j < c; j++) {
                        double start = i == 0 ? in[1][j] : in[0][(b * patches + i - 1) * c + j];
                        x[(b * (patches + 1) + i) * c + j] = start + in[2][i * c + j];
                    }
                }
            }
            return x;
        };
    }

    /** The mean over tokens from {@code first} on. */
    static Op pool(int batch, int tokens, int c, int first, int end) {
        return in -> {
            double[] y = new double[batch * c];
            for (int b = 0; b < batch; b++) {
                for (int i = first; i < end; i++) {
                    for (int j = 0; j < c; j++) {
                        y[b * c + j] += in[0][(b * tokens + i) * c + j] / (end - first);
                    }
                }
            }
            return y;
        };
    }

    static Op unfold(boolean channelsFirst, int batch, int channels, int size, int patch) {
        return in -> {
            int across = size / patch;
            double[] y = new double[in[0].length];
            int to = 0;
            for (int b = 0; b < batch; b++) {
                for (int n = 0; n < across * across; n++) {
                    for (int c = 0; c < channels; c++) {
                        for (int i = 0; i < patch; i++) {
                            for (int j = 0; j < patch; j++) {
                                int row = n / across * patch + i;
                                int column = n % across * patch + j;
                                y[to++] = in[0][
                                        channelsFirst
                                                ? ((b * channels + c) * size + row) * size + column
                                                : ((b * size + row) * size + column) * channels + c];
                            }
                        }
                    }
                }
            }
            return y;
        };
    }

    /** x [batch, side, side, c] with w [c, 1, k, k] and bias [c], zeros around. */
    static Op depthwise(int batch, int side, int c, int k) {
        return in -> {
            double[] y = new double[batch * side * side * c];
            for (int o = 0; o < y.length; o++) {
                int channel = o % c;
                int column = o / c % side;
                int row = o / c / side % side;
                int image = o / c / side / side;
                y[o] = in[2][channel];
                for (int u = 0; u < k; u++) {
                    for (int v = 0; v < k; v++) {
                        int i = row + u - k / 2;
                        int j = column + v - k / 2;
                        if (i >= 0 && i < side && j >= 0 && j < side) {
                            y[o] += in[1][(channel * k + u) * k + v]
                                    * in[0][((image * side + i) * side + j) * c + channel];
                        }
                    }
                }
            }
            return y;
        };
    }

    /** residual + factor of the sample gamma ⊙ (x wᵀ + b), of x, w, b, gamma, factors and residual. */
    static Op scaledLinear(int rows, int perSample, int n, int out) {
        return in -> {
            double[] y = linear(rows, n, out).apply(in[0], in[1], in[2], new double[rows * out]);
            for (int i = 0; i < y.length; i++) {
                y[i] = in[5][i] + in[4][i / out / perSample] * in[3][i % out] * y[i];
            }
            return y;
        };
    }

    /** residual + factor of the sample x. */
    static Op dropPath(int perSample) {
        return in -> {
            double[] y = new double[in[0].length];
            for (int i = 0; i < y.length; i++) {
                y[i] = in[1][i] + in[2][i / perSample] * in[0][i];
            }
            return y;
        };
    }

    /** Images of {@code values}, 2k and 2k + 1 mixed inside the places that are in the box. */
    static Op mix(int values, double kept, IntPredicate inside) {
        return in -> {
            double[] y = in[0].clone();
            for (int i = 0; i < y.length / values / 2 * 2 * values; i++) {
                int partner = i / values % 2 == 0 ? i + values : i - values;
                if (inside.test(i % values)) {
                    y[i] = kept * in[0][i] + (1 - kept) * in[0][partner];
                }
            }
            return y;
        };
    }

    /** Whether the element of a counter stays, in unsigned arithmetic. */
    static boolean stays(long key, int counter, double rate) {
        long h = lowbias32((counter & 0xFFFF_FFFFL) ^ key >>> 32);
        return lowbias32(h ^ key & 0xFFFF_FFFFL) >>> 8 >= rate * (1 << 24);
    }

    private static long lowbias32(long x) {
        x = ((x ^ x >>> 16) * 0x7feb352dL) & 0xFFFF_FFFFL;
        x = ((x ^ x >>> 15) * 0x846ca68bL) & 0xFFFF_FFFFL;
        return x ^ x >>> 16;
    }

    /** The mean loss over the rows whose targets are not all 0, as a tensor of one element. */
    static Op crossEntropy(double[][] targets, double smoothing) {
        return in -> {
            double total = 0;
            int counted = 0;
            for (int b = 0; b < targets.length; b++) {
                int classes = targets[b].length;
                if (Arrays.stream(targets[b]).sum() == 0) {
                    continue;
                }
                counted++;
                double sum = 0;
                for (int k = 0; k < classes; k++) {
                    sum += Math.exp(in[0][b * classes + k]);
                }
                for (int k = 0; k < classes; k++) {
                    double target = smoothing / classes + (1 - smoothing) * targets[b][k];
                    total -= target * (in[0][b * classes + k] - Math.log(sum));
                }
            }
            return new double[] {total / Math.max(1, counted)};
        };
    }

    /** The gradient of ⟨upstream, op(inputs)⟩ with respect to one of the inputs, by central differences. */
    static Gradient gradient(Op op, double[] upstream, int which, double[]... inputs) {
        return new Gradient(op, upstream, which, inputs, new double[inputs[which].length]);
    }

    /** @param plus added to the gradient */
    record Gradient(Op op, double[] upstream, int which, double[][] inputs, double[] plus) {
        private static final double STEP = 1e-5;

        Gradient plus(double[] more) {
            return new Gradient(op, upstream, which, inputs, more);
        }

        int size() {
            return plus.length;
        }

        /** The gradient along a direction. */
        double along(double[] direction) {
            return (moved(direction, STEP) - moved(direction, -STEP)) / (2 * STEP) + dot(plus, direction);
        }

        private double moved(double[] direction, double step) {
            double[][] moved = inputs.clone();
            moved[which] = inputs[which].clone();
            for (int i = 0; i < direction.length; i++) {
                moved[which][i] += step * direction[i];
            }
            return dot(op.apply(moved), upstream);
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
