package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
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
            int row = b * classes;
            float most = Lanes.rowMaximum(targets, row, classes);
            int label = -1;
            if (most > 0f) {
                label = 0;
                while (targets.get(row + label) < most) {
                    label++;
                }
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
            float maximum = Lanes.rowMaximum(logits, logits0, classes);
            int whole = classes / 16 * 16;
            float[] sums = new float[16];
            float[] totals = new float[16];
            float[] owns = new float[16];
            for (int l = 0; l < 16; l++) {
                sums[l] = 0f;
                totals[l] = 0f;
                owns[l] = 0f;
            }
            for (int k = 0; k < whole; k += 16) {
                for (int l = 0; l < 16; l++) {
                    float shifted = logits.get(logits0 + k + l) - maximum;
                    float e = TornadoMath.exp(shifted);
                    dLogits.set(dLogits0 + k + l, e);
                    sums[l] += e;
                    totals[l] += shifted;
                    owns[l] += targets.get(b * classes + k + l) * shifted;
                }
            }
            float sum = Lanes.sum(sums);
            float total = Lanes.sum(totals);
            float own = Lanes.sum(owns);
            for (int k = whole; k < classes; k++) {
                float shifted = logits.get(logits0 + k) - maximum;
                float e = TornadoMath.exp(shifted);
                dLogits.set(dLogits0 + k, e);
                sum += e;
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
            int best = 0;
            while (best < classes - 1 && logits.get(logits0 + best) != maximum) {
                best++;
            }
            float hit = 0f;
            if (best == label) {
                hit = 1f;
            }
            hits.set(b, hit);
            float weight = use / Math.max(1f, counted.get(0));
            float each = smoothing / classes;
            float inverse = 1f / sum;
            for (int k = 0; k < whole; k += 16) {
                for (int l = 0; l < 16; l++) {
                    float smoothed = each + (1f - smoothing) * targets.get(b * classes + k + l);
                    dLogits.set(dLogits0 + k + l, weight * (dLogits.get(dLogits0 + k + l) * inverse - smoothed));
                }
            }
            for (int k = whole; k < classes; k++) {
                float smoothed = each + (1f - smoothing) * targets.get(b * classes + k);
                dLogits.set(dLogits0 + k, weight * (dLogits.get(dLogits0 + k) * inverse - smoothed));
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
        if (s.shape() == Shape.GROUPS) {
            IntArray answers = new IntArray(batch);
            largest(s, id + "Labels", labels, Slice.of(targets), batch, classes, 0f);
            largest(s, id + "Answers", answers, logits, batch, classes, -Float.MAX_VALUE);
            s.grid(id + "Count", Groups.grid(1));
            s.grid(id, Groups.rows(batch, classes));
            s.grid(id + "Metrics", Groups.grid(1));
            s.graph()
                    .task(id + "Count", CrossEntropyGroups::kCount, new KernelContext(), counted, labels, batch)
                    .task(
                            id,
                            CrossEntropyGroups::kSamples,
                            new KernelContext(),
                            dLogits.array(),
                            losses,
                            hits,
                            logits.array(),
                            targets,
                            counted,
                            labels,
                            answers,
                            s.table(),
                            t,
                            batch,
                            classes,
                            Groups.itemsPerRow(classes),
                            smoothing)
                    .task(
                            id + "Metrics",
                            CrossEntropyGroups::kMetrics,
                            new KernelContext(),
                            metrics,
                            losses,
                            hits,
                            counted,
                            batch);
            return;
        }
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

    private static void largest(Stage s, String id, IntArray largest, Slice values, int rows, int c, float floor) {
        int t = s.place(values);
        s.grid(id, Groups.rows(rows, c));
        s.graph()
                .task(
                        id,
                        CrossEntropyGroups::kLargest,
                        new KernelContext(),
                        largest,
                        values.array(),
                        s.table(),
                        t,
                        rows,
                        c,
                        Groups.itemsPerRow(c),
                        floor);
    }
}
