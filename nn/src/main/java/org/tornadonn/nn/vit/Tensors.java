package org.tornadonn.nn.vit;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.kernels.Slice;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Every device array of a ViT for a batch size. What backward reads again is stacked by layer; gradients of activations are shared
 * by all layers.
 */
final class Tensors {
    final int rows;
    final FloatArray params;
    final FloatArray grads;
    final Slice x;
    final Slice n1;
    final Slice mean1;
    final Slice rstd1;
    final Slice qkv;
    final Slice o;
    final Slice lse;
    final Slice xMid;
    final Slice n2;
    final Slice mean2;
    final Slice rstd2;
    final Slice hidden;
    final Slice gelu;
    final Slice patches;
    final FloatArray dStream;
    private final List<FloatArray> resident = new ArrayList<>();
    private final VitConfig config;
    private final ParameterTable table;
    private final int blockStride;

    Tensors(VitConfig config, ParameterTable table, int batch) {
        this.config = config;
        this.table = table;
        rows = Math.multiplyExact(batch, config.tokens());
        params = keep(new FloatArray(table.size()));
        grads = keep(new FloatArray(table.size()));
        int width = config.width();
        x = stacked(config.depth() + 1, rows, width);
        n1 = stacked(config.depth(), rows, width);
        mean1 = stacked(config.depth(), rows, 1);
        rstd1 = stacked(config.depth(), rows, 1);
        qkv = stacked(config.depth(), rows, 3 * width);
        o = stacked(config.depth(), rows, width);
        lse = stacked(config.depth(), rows, config.heads());
        xMid = stacked(config.depth(), rows, width);
        n2 = stacked(config.depth(), rows, width);
        mean2 = stacked(config.depth(), rows, 1);
        rstd2 = stacked(config.depth(), rows, 1);
        hidden = stacked(config.depth(), rows, config.mlp());
        gelu = stacked(config.depth(), rows, config.mlp());
        patches = Slice.of(
                keep(new FloatArray(batch * config.patches() * config.channels() * config.patch() * config.patch())));
        dStream = keep(new FloatArray(rows * width));
        blockStride = config.depth() < 2 ? 0 : offset("blocks.1.norm1.bias") - offset("blocks.0.norm1.bias");
    }

    private int offset(String name) {
        return table.entry(name).offset();
    }

    private FloatArray keep(FloatArray array) {
        resident.add(array);
        return array;
    }

    private Slice stacked(int layers, int rows, int columns) {
        long elements = (long) layers * rows * columns;
        if (elements > Integer.MAX_VALUE) {
            throw new UserException(String.format(
                    "An activation of this model would have %,d elements, and an array holds %,d. Use a smaller batch.",
                    elements, Integer.MAX_VALUE));
        }
        return Slice.stacked(keep(new FloatArray((int) elements)), rows * columns);
    }

    /** The arrays that stay on the device from one graph to the next. */
    Object[] resident() {
        return resident.toArray();
    }

    /** A parameter that no block owns. */
    Slice param(String name) {
        return new Slice(params, offset(name), 0);
    }

    Slice grad(String name) {
        return new Slice(grads, offset(name), 0);
    }

    /** A parameter of the block that the stage is at. */
    Slice blockParam(String name) {
        return new Slice(params, offset("blocks.0." + name), blockStride);
    }

    Slice blockGrad(String name) {
        return new Slice(grads, offset("blocks.0." + name), blockStride);
    }

    /** The output of the last block. */
    Slice last() {
        return new Slice(x.array(), config.depth() * x.stride(), 0);
    }
}
