package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link CrossEntropyKernel} in {@link Shape#GROUPS}: a few work-items share a row, and one group has what is summed over all rows. */
public final class CrossEntropyGroups {
    private CrossEntropyGroups() {}

    /** The first of a row's largest values, -1 where none is above {@code floor}. */
    public static void kLargest(
            KernelContext context,
            IntArray largest,
            FloatArray values,
            IntArray at,
            int t,
            int rows,
            int c,
            int items,
            float floor) {
        float[] maxima = context.allocateFloatLocalArray(128);
        int[] places = context.allocateIntLocalArray(128);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        // A row past the end has no values.
        int n = row < rows ? c : 0;
        int i = at.get(t) + row * c;
        float most = floor;
        int place = c;
        for (int k = lane; k < n; k += items) {
            float value = values.get(i + k);
            if (value > most) {
                most = value;
                place = k;
            }
        }
        maxima[item] = most;
        places[item] = place;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                float other = maxima[item + half];
                int otherPlace = places[item + half];
                if (other > maxima[item]) {
                    maxima[item] = other;
                    places[item] = otherPlace;
                } else if (other == maxima[item]) {
                    places[item] = Math.min(places[item], otherPlace);
                }
            }
        }
        if (lane == 0 && row < rows) {
            largest.set(row, places[item] < c ? places[item] : -1);
        }
    }

    public static void kCount(KernelContext context, FloatArray counted, IntArray labels, int batch) {
        int[] counts = context.allocateIntLocalArray(128);
        int item = context.localIdx;
        int count = 0;
        for (int b = item; b < batch; b += 128) {
            if (labels.get(b) >= 0) {
                count++;
            }
        }
        counts[item] = count;
        for (int half = 64; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                counts[item] += counts[item + half];
            }
        }
        if (item == 0) {
            counted.set(0, counts[0]);
        }
    }

    public static void kSamples(
            KernelContext context,
            FloatArray dLogits,
            FloatArray losses,
            FloatArray hits,
            FloatArray logits,
            FloatArray targets,
            FloatArray counted,
            IntArray labels,
            IntArray answers,
            IntArray at,
            int t,
            int batch,
            int classes,
            int items,
            float smoothing) {
        float[] sums = context.allocateFloatLocalArray(128);
        float[] totals = context.allocateFloatLocalArray(128);
        float[] owns = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        int lane = context.globalIdx % items;
        int row = context.globalIdx / items;
        // Rows past the end repeat the last one and are not stored.
        int b = Math.min(row, batch - 1);
        int logits0 = at.get(t + 3) + b * classes;
        int label = labels.get(b);
        int answer = answers.get(b);
        // Without an answer there is no number among the logits, and the loss will not be one either.
        float maximum = logits.get(logits0 + Math.max(0, answer));
        float sum = 0f;
        float total = 0f;
        float own = 0f;
        for (int k = lane; k < classes; k += items) {
            float shifted = logits.get(logits0 + k) - maximum;
            sum += TornadoMath.exp(shifted);
            total += shifted;
            own += targets.get(b * classes + k) * shifted;
        }
        sums[item] = sum;
        totals[item] = total;
        owns[item] = own;
        for (int half = items / 2; half > 0; half = half / 2) {
            context.localBarrier();
            if (lane < half) {
                sums[item] += sums[item + half];
                totals[item] += totals[item + half];
                owns[item] += owns[item + half];
            }
        }
        context.localBarrier();
        float use = label >= 0 ? 1f : 0f;
        if (row < batch) {
            if (lane == 0) {
                float logSum = TornadoMath.log(sums[item]);
                float loss = -(1f - smoothing) * (owns[item] - logSum)
                        - smoothing / classes * (totals[item] - classes * logSum);
                losses.set(b, use * loss);
                hits.set(b, answer == label ? use : 0f);
            }
            int dLogits0 = at.get(t) + b * classes;
            float weight = use / Math.max(1f, counted.get(0));
            float each = smoothing / classes;
            float inverse = 1f / sums[item - lane];
            for (int k = lane; k < classes; k += items) {
                float smoothed = each + (1f - smoothing) * targets.get(b * classes + k);
                float e = TornadoMath.exp(logits.get(logits0 + k) - maximum);
                dLogits.set(dLogits0 + k, weight * (e * inverse - smoothed));
            }
        }
    }

    public static void kMetrics(
            KernelContext context,
            FloatArray metrics,
            FloatArray losses,
            FloatArray hits,
            FloatArray counted,
            int batch) {
        float[] lossSums = context.allocateFloatLocalArray(128);
        float[] hitSums = context.allocateFloatLocalArray(128);
        int item = context.localIdx;
        float loss = 0f;
        float hit = 0f;
        for (int b = item; b < batch; b += 128) {
            loss += losses.get(b);
            hit += hits.get(b);
        }
        lossSums[item] = loss;
        hitSums[item] = hit;
        for (int half = 64; half > 0; half = half / 2) {
            context.localBarrier();
            if (item < half) {
                lossSums[item] += lossSums[item + half];
                hitSums[item] += hitSums[item + half];
            }
        }
        if (item == 0) {
            metrics.set(0, lossSums[0]);
            metrics.set(1, hitSums[0]);
            metrics.set(2, counted.get(0));
        }
    }
}
