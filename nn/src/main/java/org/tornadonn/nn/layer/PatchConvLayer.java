package org.tornadonn.nn.layer;

import org.tornadonn.kernels.PatchKernel;
import org.tornadonn.kernels.PatchKernel.Layout;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.ParameterTable;

/** A p x p convolution of stride p, from images to y [batch, size / p, size / p, out], channels last: a linear layer on patches. */
public final class PatchConvLayer {
    private final Network net;
    private final String id;
    private final Layout layout;
    private final int channels;
    private final int size;
    private final int patch;
    private final int rows;
    private final int in;
    private final LinearLayer linear;
    private final Slice patches;

    /**
     * @param id the beginning of its tasks' names
     * @param scope of weight [out, channels, patch, patch] and bias [out]
     * @param layout of its input images, of {@code size} by {@code size} pixels
     */
    public PatchConvLayer(
            Network net, String id, Scope scope, Layout layout, int size, int patch, int channels, int out) {
        this.net = net;
        this.id = id;
        this.layout = layout;
        this.channels = channels;
        this.size = size;
        this.patch = patch;
        rows = Math.multiplyExact(net.batch(), (size / patch) * (size / patch));
        in = channels * patch * patch;
        linear = new LinearLayer(id, scope, rows, in, out);
        patches = net.saved(1, (long) rows * in);
    }

    /** Adds its parameters to a table; {@code prefix} ends with a dot. */
    public static void parameters(ParameterTable table, String prefix, int patch, int channels, int out) {
        table.add(prefix + "weight", false, out, channels, patch, patch);
        table.add(prefix + "bias", false, out);
    }

    public void forward(Stage s, Slice y, Slice x) {
        PatchKernel.unfold(s, id + "Unfold", patches, x, layout, net.batch(), channels, size, patch);
        linear.forward(s, y, patches);
    }

    public void backwardWeights(Stage s, Slice dY) {
        linear.backwardWeights(s, dY, patches);
    }

    public void backwardInput(Stage s, Slice dX, Slice dY) {
        Slice dPatches = Slice.of(net.temporary(rows, in));
        linear.backwardInput(s, dPatches, dY);
        PatchKernel.fold(s, id + "Fold", dX, dPatches, layout, net.batch(), channels, size, patch);
    }
}
