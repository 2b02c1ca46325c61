package org.tornadonn.kernels;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link TokenKernel} in {@link Shape#GROUPS}: a work-item has an element. */
public final class TokenGroups {
    private TokenGroups() {}

    public static void kForward(
            FloatArray x,
            FloatArray embedded,
            FloatArray cls,
            FloatArray pos,
            IntArray at,
            int t,
            int n,
            int tokens,
            int c) {
        for (@Parallel int i = 0; i < n; i++) {
            int j = i % c;
            int token = i / c % tokens;
            int image = i / c / tokens;
            float start = 0f;
            if (token > 0) {
                start = embedded.get(at.get(t + 1) + (image * (tokens - 1) + token - 1) * c + j);
            } else {
                start = cls.get(at.get(t + 2) + j);
            }
            x.set(at.get(t) + i, start + pos.get(at.get(t + 3) + token * c + j));
        }
    }

    public static void kBackwardRows(
            FloatArray dEmbedded, FloatArray dX, IntArray at, int t, int n, int patches, int c) {
        for (@Parallel int i = 0; i < n; i++) {
            // Each image has had a class token more, this one's among them.
            int more = (i / c / patches + 1) * c;
            dEmbedded.set(at.get(t) + i, dX.get(at.get(t + 1) + i + more));
        }
    }
}
