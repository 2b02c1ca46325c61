package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link GeluKernel} in {@link Shape#GROUPS}: by element. */
public final class GeluGroups {
    private GeluGroups() {}

    public static void kForward(
            KernelContext context, @Stored FloatArray y, @Stored FloatArray x, IntArray at, int t, int n, int form) {
        int y0 = at.get(t);
        int x0 = at.get(t + 1);
        int first = context.groupIdx * Groups.ELEMENTS + context.localIdx;
        float[] ins = new float[4];
        for (int l = 0; l < 4; l++) {
            ins[l] = x.get(x0 + Math.min(n - 1, first + 128 * l));
        }
        for (int l = 0; l < 4; l++) {
            int i = first + 128 * l;
            if (i < n) {
                y.set(y0 + i, GeluKernel.value(form, ins[l]));
            }
        }
    }

    public static void kBackward(
            KernelContext context,
            @Stored FloatArray dX,
            @Stored FloatArray dY,
            @Stored FloatArray x,
            IntArray at,
            int t,
            int n,
            int form) {
        int dX0 = at.get(t);
        int dY0 = at.get(t + 1);
        int x0 = at.get(t + 2);
        int first = context.groupIdx * Groups.ELEMENTS + context.localIdx;
        float[] ins = new float[4];
        float[] ups = new float[4];
        for (int l = 0; l < 4; l++) {
            int i = Math.min(n - 1, first + 128 * l);
            ins[l] = x.get(x0 + i);
            ups[l] = dY.get(dY0 + i);
        }
        for (int l = 0; l < 4; l++) {
            int i = first + 128 * l;
            if (i < n) {
                dX.set(dX0 + i, GeluKernel.gradient(form, ups[l], ins[l]));
            }
        }
    }
}
