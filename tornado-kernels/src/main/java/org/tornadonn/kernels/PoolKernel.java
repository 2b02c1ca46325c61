package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Average pooling over some of the tokens: y[b] = mean of x[b, first .. end - 1]. From 1 to T leaves out a class token, from 0 to 1
 * is the class token alone.
 */
public final class PoolKernel {
    private PoolKernel() {}

    public static void kForward(
            @Stored FloatArray y,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int batch,
            int tokens,
            int c,
            int first,
            int end) {
        for (@Parallel int b = 0; b < batch; b++) {
            int y0 = at.get(t) + b * c;
            int x0 = at.get(t + 1) + b * tokens * c;
            for (int j = 0; j < c; j++) {
                float sum = 0f;
                for (int i = first; i < end; i++) {
                    sum += x.get(x0 + i * c + j);
                }
                y.set(y0 + j, sum / (end - first));
            }
        }
    }

    public static void kBackward(
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            IntArray at,
            int t,
            int rows,
            int tokens,
            int c,
            int first,
            int end) {
        for (@Parallel int row = 0; row < rows; row++) {
            int dX0 = at.get(t) + row * c;
            int dY0 = at.get(t + 1) + row / tokens * c;
            float share = 1f / (end - first);
            if (row % tokens < first) {
                share = 0f;
            }
            if (row % tokens >= end) {
                share = 0f;
            }
            for (int j = 0; j < c; j++) {
                dX.set(dX0 + j, dY.get(dY0 + j) * share);
            }
        }
    }

    /** y [batch, c] from x [batch, tokens, c]. */
    public static void forward(
            Stage s, String id, @Stored Slice y, @Stored Slice x, int batch, int tokens, int c, int first, int end) {
        int t = s.place(y, x);
        if (s.shape() == Shape.GROUPS) {
            int blocks = Rows.divideUp(c, 16);
            s.grid(id, Groups.grid(batch * blocks));
            s.graph()
                    .task(
                            id,
                            PoolGroups::kForward,
                            new KernelContext(),
                            y.array(),
                            x.array(),
                            s.table(),
                            t,
                            blocks,
                            tokens,
                            c,
                            first,
                            end);
            return;
        }
        s.graph().task(id, PoolKernel::kForward, y.array(), x.array(), s.table(), t, batch, tokens, c, first, end);
    }

    /** dX [batch, tokens, c] from dY [batch, c]. */
    public static void backward(
            Stage s, String id, @Stored Slice dX, @Stored Slice dY, int batch, int tokens, int c, int first, int end) {
        int t = s.place(dX, dY);
        if (s.shape() == Shape.GROUPS) {
            s.graph()
                    .task(
                            id,
                            PoolGroups::kBackward,
                            dX.array(),
                            dY.array(),
                            s.table(),
                            t,
                            batch * tokens * c,
                            tokens,
                            c,
                            first,
                            end);
            return;
        }
        s.graph()
                .task(
                        id,
                        PoolKernel::kBackward,
                        dX.array(),
                        dY.array(),
                        s.table(),
                        t,
                        batch * tokens,
                        tokens,
                        c,
                        first,
                        end);
    }
}
