package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link GeluKernel} in {@link Shape#GROUPS}: by element. */
public final class GeluGroups {
    private GeluGroups() {}

    public static void kForward(
            KernelContext context, FloatArray y, FloatArray x, IntArray at, int t, int n, int form) {
        int y0 = at.get(t);
        int x0 = at.get(t + 1);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            y.set(y0 + i, GeluKernel.value(form, x.get(x0 + i)));
        }
    }

    public static void kBackward(
            KernelContext context, FloatArray dX, FloatArray dY, FloatArray x, IntArray at, int t, int n, int form) {
        int dX0 = at.get(t);
        int dY0 = at.get(t + 1);
        int x0 = at.get(t + 2);
        int first = context.groupIdx * Groups.ELEMENTS;
        int last = Math.min(n, first + Groups.ELEMENTS);
        for (int i = first + context.localIdx; i < last; i += 128) {
            dX.set(dX0 + i, GeluKernel.gradient(form, dY.get(dY0 + i), x.get(x0 + i)));
        }
    }
}
