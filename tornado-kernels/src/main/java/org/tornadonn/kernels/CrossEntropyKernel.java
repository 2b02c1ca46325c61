package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Cross-entropy with label smoothing ε (arXiv 1512.00567, section 7): loss = -Σ target log softmax(logits), target = (1 - ε)
 * onehot(label) + ε / K; dLogits = (softmax - target) / counted, the gradient of the mean. A label below 0 is padding: it is not
 * counted and has no gradient. metrics = {sum of losses, number correct, number counted}.
 */
public final class CrossEntropyKernel {
    private CrossEntropyKernel() {}

    public static void kCount(FloatArray counted, IntArray labels, int one, int batch) {
        for (@Parallel int i = 0; i < one; i++) {
            int count = 0;
            for (int b = 0; b < batch; b++) {
                if (labels.get(b) >= 0) {
                    count++;
                }
            }
            counted.set(i, count);
        }
    }

    public static void kSamples(
            FloatArray dLogits,
            FloatArray losses,
            FloatArray hits,
            FloatArray logits,
            FloatArray counted,
            IntArray labels,
            IntArray at,
            int t,
            int batch,
            int classes,
            float smoothing) {
        for (@Parallel int b = 0; b < batch; b++) {
            int dLogits0 = at.get(t) + b * classes;
            int logits0 = at.get(t + 3) + b * classes;
            int label = labels.get(b);
            float maximum = logits.get(logits0);
            int best = 0;
            for (int k = 1; k < classes; k++) {
                float v = logits.get(logits0 + k);
                if (v > maximum) {
                    best = k;
                }
                maximum = Math.max(maximum, v);
            }
            float sum = 0f;
            float total = 0f;
            for (int k = 0; k < classes; k++) {
                float shifted = logits.get(logits0 + k) - maximum;
                sum += TornadoMath.exp(shifted);
                total += shifted;
            }
            float logSum = TornadoMath.log(sum);
            float use = 0f;
            if (label >= 0) {
                use = 1f;
            }
            float own = logits.get(logits0 + Math.max(0, label)) - maximum - logSum;
            float loss = -(1f - smoothing) * own - smoothing / classes * (total - classes * logSum);
            losses.set(b, use * loss);
            float hit = 0f;
            if (best == label) {
                hit = 1f;
            }
            hits.set(b, hit);
            float weight = use / Math.max(1f, counted.get(0));
            for (int k = 0; k < classes; k++) {
                float target = smoothing / classes;
                if (k == label) {
                    target = target + (1f - smoothing);
                }
                float probability = TornadoMath.exp(logits.get(logits0 + k) - maximum) / sum;
                dLogits.set(dLogits0 + k, weight * (probability - target));
            }
        }
    }

    public static void kMetrics(
            FloatArray metrics, FloatArray losses, FloatArray hits, FloatArray counted, int one, int batch) {
        for (@Parallel int i = 0; i < one; i++) {
            float loss = 0f;
            float hit = 0f;
            for (int b = 0; b < batch; b++) {
                loss += losses.get(b);
                hit += hits.get(b);
            }
            metrics.set(3 * i, loss);
            metrics.set(3 * i + 1, hit);
            metrics.set(3 * i + 2, counted.get(0));
        }
    }

    /** dLogits [batch, classes] and metrics [3] from logits [batch, classes] and labels [batch]. */
    public static void forward(
            Stage s,
            String id,
            Slice dLogits,
            FloatArray metrics,
            Slice logits,
            IntArray labels,
            int batch,
            int classes,
            float smoothing) {
        FloatArray counted = new FloatArray(1);
        FloatArray losses = new FloatArray(batch);
        FloatArray hits = new FloatArray(batch);
        int t = s.place(dLogits, Slice.of(losses), Slice.of(hits), logits);
        s.graph()
                .task(id + "Count", CrossEntropyKernel::kCount, counted, labels, 1, batch)
                .task(
                        id,
                        CrossEntropyKernel::kSamples,
                        dLogits.array(),
                        losses,
                        hits,
                        logits.array(),
                        counted,
                        labels,
                        s.table(),
                        t,
                        batch,
                        classes,
                        smoothing)
                .task(id + "Metrics", CrossEntropyKernel::kMetrics, metrics, losses, hits, counted, 1, batch);
    }
}
