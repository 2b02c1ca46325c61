package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The token sequence of a vision transformer (arXiv 2010.11929, eq. 1): x[b, 0] = cls + pos[0], x[b, 1 + i] = embedded[b, i] +
 * pos[1 + i]. Backward: dEmbedded takes its rows of dX, dPos sums dX over the batch, dCls is dPos[0].
 */
public final class TokenKernel {
    private TokenKernel() {}

    public static void kForward(
            FloatArray x,
            FloatArray embedded,
            FloatArray cls,
            FloatArray pos,
            IntArray at,
            int t,
            int rows,
            int tokens,
            int c) {
        for (@Parallel int row = 0; row < rows; row++) {
            int x0 = at.get(t) + row * c;
            int image = row / tokens;
            int token = row % tokens;
            int embedded0 = at.get(t + 1) + (image * (tokens - 1) + Math.max(0, token - 1)) * c;
            int cls0 = at.get(t + 2);
            int pos0 = at.get(t + 3) + token * c;
            for (int j = 0; j < c; j++) {
                float start = cls.get(cls0 + j);
                if (token > 0) {
                    start = embedded.get(embedded0 + j);
                }
                x.set(x0 + j, start + pos.get(pos0 + j));
            }
        }
    }

    public static void kBackwardRows(
            FloatArray dEmbedded, FloatArray dX, IntArray at, int t, int rows, int patches, int c) {
        for (@Parallel int row = 0; row < rows; row++) {
            int to = at.get(t) + row * c;
            int from = at.get(t + 1) + (row / patches * (patches + 1) + row % patches + 1) * c;
            for (int j = 0; j < c; j++) {
                dEmbedded.set(to + j, dX.get(from + j));
            }
        }
    }

    /** x [batch, patches + 1, c] from embedded [batch, patches, c], cls [c], pos [patches + 1, c]. */
    public static void forward(
            Stage s, String id, Slice x, Slice embedded, Slice cls, Slice pos, int batch, int patches, int c) {
        int t = s.place(x, embedded, cls, pos);
        if (s.shape() == Shape.GROUPS) {
            s.graph()
                    .task(
                            id,
                            TokenGroups::kForward,
                            x.array(),
                            embedded.array(),
                            cls.array(),
                            pos.array(),
                            s.table(),
                            t,
                            batch * (patches + 1) * c,
                            patches + 1,
                            c);
            return;
        }
        s.graph()
                .task(
                        id,
                        TokenKernel::kForward,
                        x.array(),
                        embedded.array(),
                        cls.array(),
                        pos.array(),
                        s.table(),
                        t,
                        batch * (patches + 1),
                        patches + 1,
                        c);
    }

    /** dEmbedded [batch, patches, c], dCls [c], dPos [patches + 1, c] from dX [batch, patches + 1, c]. */
    public static void backward(
            Stage s, String id, Slice dEmbedded, Slice dCls, Slice dPos, Slice dX, int batch, int patches, int c) {
        int rows = s.place(dEmbedded, dX);
        if (s.shape() == Shape.GROUPS) {
            s.graph()
                    .task(
                            id,
                            TokenGroups::kBackwardRows,
                            dEmbedded.array(),
                            dX.array(),
                            s.table(),
                            rows,
                            batch * patches * c,
                            patches,
                            c);
        } else {
            s.graph()
                    .task(
                            id,
                            TokenKernel::kBackwardRows,
                            dEmbedded.array(),
                            dX.array(),
                            s.table(),
                            rows,
                            batch * patches,
                            patches,
                            c);
        }
        int perImage = (patches + 1) * c;
        PartialSums.sum(s, id + "Pos", dPos, dX, batch, perImage, perImage);
        PartialSums.sum(s, id + "Cls", dCls, dX, batch, perImage, c);
    }
}
