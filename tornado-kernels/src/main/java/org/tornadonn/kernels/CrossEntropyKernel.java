package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Cross-entropy of soft targets with label smoothing ε (arXiv 1512.00567, section 7): loss = -Σ smoothed log softmax(logits),
 * smoothed = (1 - ε) target + ε / K; dLogits = (softmax - smoothed) / counted, the gradient of the mean. A row of targets sums to
 * 1; a row of zeros is padding: it is not counted and has no gradient. Right is an answer whose largest logit is where the largest
 * target is. metrics = {sum of losses, number right, number counted}.
 */
public final class CrossEntropyKernel {
    private CrossEntropyKernel() {}

    /** The class of the largest target, -1 for padding. */
    public static void kLabels(IntArray labels, FloatArray targets, int batch, int classes) {
        for (@Parallel int b = 0; b < batch; b++) {
            int label = -1;
            float most = 0f;
            for (int k = 0; k < classes; k++) {
                float v = targets.get(b * classes + k);
                if (v > most) {
                    label = k;
                }
                most = Math.max(most, v);
            }
            labels.set(b, label);
        }
    }

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
            FloatArray targets,
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
            float own = 0f;
            for (int k = 0; k < classes; k++) {
                float shifted = logits.get(logits0 + k) - maximum;
                sum += TornadoMath.exp(shifted);
                total += shifted;
                own += targets.get(b * classes + k) * shifted;
            }
            float logSum = TornadoMath.log(sum);
            float use = 0f;
            if (label >= 0) {
                use = 1f;
            }
            float loss = -(1f - smoothing) * (own - logSum) - smoothing / classes * (total - classes * logSum);
            losses.set(b, use * loss);
            float hit = 0f;
            if (best == label) {
                hit = 1f;
            }
            hits.set(b, hit);
            float weight = use / Math.max(1f, counted.get(0));
            for (int k = 0; k < classes; k++) {
                float smoothed = smoothing / classes + (1f - smoothing) * targets.get(b * classes + k);
                float probability = TornadoMath.exp(logits.get(logits0 + k) - maximum) / sum;
                dLogits.set(dLogits0 + k, weight * (probability - smoothed));
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

    /** dLogits [batch, classes] and metrics [3] from logits and targets [batch, classes]. */
    public static void forward(
            Stage s,
            String id,
            Slice dLogits,
            FloatArray metrics,
            Slice logits,
            FloatArray targets,
            int batch,
            int classes,
            float smoothing) {
        IntArray labels = new IntArray(batch);
        FloatArray counted = new FloatArray(1);
        FloatArray losses = new FloatArray(batch);
        FloatArray hits = new FloatArray(batch);
        int t = s.place(dLogits, Slice.of(losses), Slice.of(hits), logits);
        s.graph()
                .task(id + "Labels", CrossEntropyKernel::kLabels, labels, targets, batch, classes)
                .task(id + "Count", CrossEntropyKernel::kCount, counted, labels, 1, batch)
                .task(
                        id,
                        CrossEntropyKernel::kSamples,
                        dLogits.array(),
                        losses,
                        hits,
                        logits.array(),
                        targets,
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
