package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Layer normalisation (arXiv 1607.06450): y = gamma ⊙ x̂ + beta with x̂ = (x - mean) rstd, rstd = 1 / √(variance + eps), the
 * statistics over the c channels of a row (biased variance). Saves mean and rstd [rows]. Backward, with g = gamma ⊙ dY: dX =
 * rstd (g - mean(g) - x̂ mean(g ⊙ x̂)), dGamma = Σ dY x̂ and dBeta = Σ dY over rows.
 */
public final class LayerNormKernel {
    private LayerNormKernel() {}

    public static void kForward(
            @Stored FloatArray y,
            FloatArray mean,
            FloatArray rstd,
            @Stored FloatArray x,
            FloatArray gamma,
            FloatArray beta,
            IntArray at,
            int t,
            int blocks,
            int rows,
            int c,
            int rowsPerBlock,
            float eps) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int y0 = at.get(t);
            int mean0 = at.get(t + 1);
            int rstd0 = at.get(t + 2);
            int x0 = at.get(t + 3);
            int gamma0 = at.get(t + 4);
            int beta0 = at.get(t + 5);
            int last = Math.min(rows, (block + 1) * rowsPerBlock);
            int whole = c / 16 * 16;
            float[] sums = new float[16];
            float[] squares = new float[16];
            for (int row = block * rowsPerBlock; row < last; row++) {
                int i = x0 + row * c;
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                    squares[l] = 0f;
                }
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        sums[l] += x.get(i + j + l);
                    }
                }
                float m = Lanes.sum(sums);
                for (int j = whole; j < c; j++) {
                    m += x.get(i + j);
                }
                m = m / c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float d = x.get(i + j + l) - m;
                        squares[l] += d * d;
                    }
                }
                float v = Lanes.sum(squares);
                for (int j = whole; j < c; j++) {
                    float d = x.get(i + j) - m;
                    v += d * d;
                }
                float r = 1f / TornadoMath.sqrt(v / c + eps);
                mean.set(mean0 + row, m);
                rstd.set(rstd0 + row, r);
                int o = y0 + row * c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        y.set(
                                o + j + l,
                                gamma.get(gamma0 + j + l) * ((x.get(i + j + l) - m) * r) + beta.get(beta0 + j + l));
                    }
                }
                for (int j = whole; j < c; j++) {
                    y.set(o + j, gamma.get(gamma0 + j) * ((x.get(i + j) - m) * r) + beta.get(beta0 + j));
                }
            }
        }
    }

    public static void kBackward(
            @Stored FloatArray dX,
            FloatArray partialGamma,
            FloatArray partialBeta,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            FloatArray gamma,
            FloatArray mean,
            FloatArray rstd,
            @Stored FloatArray dSkip,
            IntArray at,
            int t,
            int parts,
            int rows,
            int c,
            int rowsPerPart,
            int hasSkip) {
        for (@Parallel int part = 0; part < parts; part++) {
            int partialGamma0 = at.get(t + 1) + part * c;
            int partialBeta0 = at.get(t + 2) + part * c;
            int gamma0 = at.get(t + 5);
            float skip = hasSkip;
            int last = Math.min(rows, (part + 1) * rowsPerPart);
            int whole = c / 16 * 16;
            for (int j = 0; j < c; j++) {
                partialGamma.set(partialGamma0 + j, 0f);
                partialBeta.set(partialBeta0 + j, 0f);
            }
            float[] sums = new float[16];
            float[] products = new float[16];
            for (int row = part * rowsPerPart; row < last; row++) {
                int o = at.get(t) + row * c;
                int u = at.get(t + 3) + row * c;
                int i = at.get(t + 4) + row * c;
                int k = at.get(t + 8) + row * c;
                float m = mean.get(at.get(t + 6) + row);
                float r = rstd.get(at.get(t + 7) + row);
                for (int l = 0; l < 16; l++) {
                    sums[l] = 0f;
                    products[l] = 0f;
                }
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float up = dY.get(u + j + l);
                        float h = (x.get(i + j + l) - m) * r;
                        float g = gamma.get(gamma0 + j + l) * up;
                        sums[l] += g;
                        products[l] += g * h;
                        partialGamma.set(partialGamma0 + j + l, partialGamma.get(partialGamma0 + j + l) + up * h);
                        partialBeta.set(partialBeta0 + j + l, partialBeta.get(partialBeta0 + j + l) + up);
                    }
                }
                float sum = Lanes.sum(sums);
                float product = Lanes.sum(products);
                for (int j = whole; j < c; j++) {
                    float up = dY.get(u + j);
                    float h = (x.get(i + j) - m) * r;
                    float g = gamma.get(gamma0 + j) * up;
                    sum += g;
                    product += g * h;
                    partialGamma.set(partialGamma0 + j, partialGamma.get(partialGamma0 + j) + up * h);
                    partialBeta.set(partialBeta0 + j, partialBeta.get(partialBeta0 + j) + up);
                }
                float meanG = sum / c;
                float meanGh = product / c;
                for (int j = 0; j < whole; j += 16) {
                    for (int l = 0; l < 16; l++) {
                        float h = (x.get(i + j + l) - m) * r;
                        float g = gamma.get(gamma0 + j + l) * dY.get(u + j + l);
                        dX.set(o + j + l, r * (g - meanG - h * meanGh) + skip * dSkip.get(k + j + l));
                    }
                }
                for (int j = whole; j < c; j++) {
                    float h = (x.get(i + j) - m) * r;
                    float g = gamma.get(gamma0 + j) * dY.get(u + j);
                    dX.set(o + j, r * (g - meanG - h * meanGh) + skip * dSkip.get(k + j));
                }
            }
        }
    }

    /** y [rows, c], mean [rows], rstd [rows] from x [rows, c], gamma [c], beta [c]. */
    public static void forward(
            Stage s,
            String id,
            @Stored Slice y,
            Slice mean,
            Slice rstd,
            @Stored Slice x,
            Slice gamma,
            Slice beta,
            int rows,
            int c,
            float eps) {
        int t = s.place(y, mean, rstd, x, gamma, beta);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.rows(rows, c));
            s.graph()
                    .task(
                            id,
                            LayerNormGroups::kForward,
                            new KernelContext(),
                            y.array(),
                            mean.array(),
                            rstd.array(),
                            x.array(),
                            gamma.array(),
                            beta.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Groups.itemsPerRow(c),
                            eps);
            return;
        }
        int rowsPerBlock = Rows.perItem(rows, c);
        s.graph()
                .task(
                        id,
                        LayerNormKernel::kForward,
                        y.array(),
                        mean.array(),
                        rstd.array(),
                        x.array(),
                        gamma.array(),
                        beta.array(),
                        s.table(),
                        t,
                        Rows.divideUp(rows, rowsPerBlock),
                        rows,
                        c,
                        rowsPerBlock,
                        eps);
    }

    /** dX [rows, c] (plus dSkip, where not null), dGamma [c], dBeta [c] from dY, x, gamma and what forward saved. */
    public static void backward(
            Stage s,
            String id,
            @Stored Slice dX,
            Slice dGamma,
            Slice dBeta,
            @Stored Slice dY,
            @Stored Slice x,
            Slice gamma,
            Slice mean,
            Slice rstd,
            @Stored Slice dSkip,
            int rows,
            int c) {
        int parts = PartialSums.parts(s, rows);
        FloatArray partialGamma = new FloatArray(parts * c);
        FloatArray partialBeta = new FloatArray(parts * c);
        @Stored Slice someSkip = dSkip == null ? dY : dSkip;
        int t = s.place(dX, Slice.of(partialGamma), Slice.of(partialBeta), dY, x, gamma, mean, rstd, someSkip);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.grid(parts));
            s.graph()
                    .task(
                            id,
                            LayerNormGroups::kBackward,
                            new KernelContext(),
                            dX.array(),
                            partialGamma,
                            partialBeta,
                            dY.array(),
                            x.array(),
                            gamma.array(),
                            mean.array(),
                            rstd.array(),
                            someSkip.array(),
                            s.table(),
                            t,
                            rows,
                            c,
                            Rows.divideUp(rows, parts),
                            Math.min(c, LayerNormGroups.KEPT),
                            dSkip == null ? 0 : 1);
        } else {
            s.graph()
                    .task(
                            id,
                            LayerNormKernel::kBackward,
                            dX.array(),
                            partialGamma,
                            partialBeta,
                            dY.array(),
                            x.array(),
                            gamma.array(),
                            mean.array(),
                            rstd.array(),
                            someSkip.array(),
                            s.table(),
                            t,
                            parts,
                            rows,
                            c,
                            Rows.divideUp(rows, parts),
                            dSkip == null ? 0 : 1);
        }
        PartialSums.sum(s, id + "Gamma", dGamma, partialGamma, parts, c);
        PartialSums.sum(s, id + "Beta", dBeta, partialBeta, parts, c);
    }
}
