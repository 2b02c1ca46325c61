package org.tornadonn.nn.layer;

import org.tornadonn.kernels.DropPathKernel;
import org.tornadonn.kernels.Epilogue;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Stochastic depth (arXiv 1603.09382) as timm has it, on a residual branch of identical blocks: in training a sample goes without
 * the branch with probability p, and the branch has the factor 1 / (1 - p) where it stays. p grows linearly over all blocks of the
 * model, from 0 to the network's rate. Where the rate is 0 nothing is added.
 *
 * <p>The host draws the factors, by a hash of seed, step, block, branch and the sample's place in the batch: the same on any number
 * of devices and micro-batches, and after resuming.
 */
public final class DropPath {
    private final Network net;
    private final String id;
    private final int branch;
    private final double[] rates;
    private final int firstBlock;
    private final int rows;
    private final int c;
    private final FloatArray factors;

    /**
     * @param id the beginning of its tasks' names
     * @param branch its number among the branches of a block
     * @param firstBlock number of the first of its blocks
     * @param layers how many stacked blocks share its tasks
     * @param blocks of the whole model
     * @param rows of the branch [rows, c] of all samples
     */
    public DropPath(Network net, String id, int branch, int firstBlock, int layers, int blocks, int rows, int c) {
        this.net = net;
        this.id = id;
        this.branch = branch;
        this.firstBlock = firstBlock;
        this.rows = rows;
        this.c = c;
        rates = new double[layers];
        for (int i = 0; i < layers; i++) {
            rates[i] = rate(net.dropPath(), firstBlock + i, blocks);
        }
        factors = net.dropPath() > 0 ? net.temporary(layers, net.batch()) : null;
        if (factors != null) {
            net.add(this);
        }
    }

    /** What follows the branch's last product in forward: its factors. */
    public Epilogue forward(Stage s) {
        return factors == null ? Epilogue.NONE : Epilogue.NONE.withFactors(drawn(s), rows / net.batch());
    }

    /** The gradient of what stands before the factor, from that of what stands behind it. */
    public Slice backward(Stage s, Slice dY) {
        if (factors == null) {
            return dY;
        }
        Slice dX = Slice.of(net.temporary(rows, c));
        DropPathKernel.backward(s, id + "Backward", dX, dY, drawn(s), rows, rows / net.batch(), c);
        return dX;
    }

    /** The factors of the block at hand, which a stage gets anew each time. */
    private Slice drawn(Stage s) {
        s.graph().transferToDevice(DataTransferMode.EVERY_EXECUTION, factors);
        return Slice.stacked(factors, net.batch());
    }

    /**
     * Draws the factors of a step.
     *
     * @param first the first sample's place in the batch
     */
    public void draw(long seed, long step, int first) {
        for (int layer = 0; layer < rates.length; layer++) {
            for (int b = 0; b < net.batch(); b++) {
                double u = uniform(seed, step, firstBlock + layer, branch, first + b);
                factors.set(layer * net.batch() + b, factor(rates[layer], u));
            }
        }
    }

    /** Of a block, where the last one's is {@code last}. */
    static double rate(float last, int block, int blocks) {
        return (double) last * block / Math.max(1, blocks - 1);
    }

    static float factor(double rate, double u) {
        return u < rate ? 0f : (float) (1 / (1 - rate));
    }

    /** Every sample goes through every branch, as in an evaluation. */
    public void keepAll() {
        factors.init(1f);
    }

    /** A number in [0, 1) for each sequence of counters: SplitMix64's mixing (doi 10.1145/2714064.2660195), once for each. */
    static double uniform(long seed, long... counters) {
        long h = seed;
        for (long counter : counters) {
            h += 0x9E3779B97F4A7C15L * (counter + 1);
            h = (h ^ h >>> 30) * 0xBF58476D1CE4E5B9L;
            h = (h ^ h >>> 27) * 0x94D049BB133111EBL;
            h ^= h >>> 31;
        }
        return (h >>> 11) * 0x1p-53;
    }
}
