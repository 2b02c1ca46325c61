package org.tornadonn.kernels;

import org.tornadonn.storage.Stored;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Dropout (Srivastava et al. 2014, scaled in training as in PyTorch): y[i] = x[i] / (1 - p), or 0 with probability p. Backward is the same
 * on dY: no mask is stored, for whether element i stays follows from a key and a counter alone.
 *
 * <p>The random number of counter n = first + i under the key (k0, k1) is the upper 24 bits of h(h(n ^ k0) ^ k1), where h is lowbias32, a
 * bijection of 32 bits (Wellons, "Prospecting for hash functions", nullprogram.com/blog/2018/07/31). Key and first counter travel
 * in an array of {@link #KEY} floats, 16 bits in each, which a float holds exactly.
 */
public final class DropoutKernel {
    /** Floats of a key with its first counter. */
    public static final int KEY = 6;

    private DropoutKernel() {}

    public static void kDrop(
            @Stored FloatArray y,
            @Stored FloatArray x,
            FloatArray key,
            IntArray at,
            int t,
            int blocks,
            int n,
            int perBlock,
            float threshold,
            float scale) {
        for (@Parallel int block = 0; block < blocks; block++) {
            int y0 = at.get(t);
            int x0 = at.get(t + 1);
            int key0 = at.get(t + 2);
            int k0 = word(key, key0);
            int k1 = word(key, key0 + 2);
            int first = word(key, key0 + 4);
            int last = Math.min(n, (block + 1) * perBlock);
            for (int i = block * perBlock; i < last; i++) {
                float factor = random((int) ((long) first + i), k0, k1) < threshold ? 0f : scale;
                y.set(y0 + i, factor * x.get(x0 + i));
            }
        }
    }

    static int word(FloatArray key, int at) {
        return ((int) key.get(at) << 16) | (int) key.get(at + 1);
    }

    /** An integer from 0 to 2^24 - 1. */
    static float random(int counter, int k0, int k1) {
        int h = hash(hash(counter ^ k0) ^ k1);
        return (float) ((h >> 8) & 0xffffff);
    }

    // TornadoVM compiles >>> of negative numbers wrongly: shifted with the sign, and what that brought in masked away.
    // Products
    // are longs, for in OpenCL C an int must not overflow, and compilers make use of that.
    private static int hash(int n) {
        int a = (int) ((long) (n ^ ((n >> 16) & 0xffff)) * 0x7feb352d);
        int b = (int) ((long) (a ^ ((a >> 15) & 0x1ffff)) * 0x846ca68b);
        return b ^ ((b >> 16) & 0xffff);
    }

    /**
     * y [n] from x [n], or dX from dY.
     *
     * @param key {@link #KEY} numbers, as {@link #setKey} writes them
     * @param rate the probability p that an element becomes 0, in steps of 2^-24
     */
    public static void drop(Stage s, String id, @Stored Slice y, @Stored Slice x, Slice key, int n, float rate) {
        int t = s.place(y, x, key);
        if (s.shape() == Shape.GROUPS) {
            s.grid(id, Groups.elements(n));
            s.graph()
                    .task(
                            id,
                            DropoutGroups::kDrop,
                            new KernelContext(),
                            y.array(),
                            x.array(),
                            key.array(),
                            s.table(),
                            t,
                            n,
                            rate * (1 << 24),
                            1f / (1f - rate));
            return;
        }
        int perBlock = Rows.perItem(n, 1);
        s.graph()
                .task(
                        id,
                        DropoutKernel::kDrop,
                        y.array(),
                        x.array(),
                        key.array(),
                        s.table(),
                        t,
                        Rows.divideUp(n, perBlock),
                        n,
                        perBlock,
                        rate * (1 << 24),
                        1f / (1f - rate));
    }

    /**
     * Before an execution: what the random numbers follow from.
     *
     * @param key to be different for each seed, step and place in the model
     * @param first the counter of the first element, so that parts of a tensor have the numbers of the whole; 2^31 - 1 is followed by
     *     -2^31
     */
    public static void setKey(Slice to, long key, int first) {
        int[] words = {(int) (key >> 32), (int) key, first};
        for (int i = 0; i < words.length; i++) {
            to.array().set(to.offset() + 2 * i, words[i] >>> 16);
            to.array().set(to.offset() + 2 * i + 1, words[i] & 0xffff);
        }
    }
}
