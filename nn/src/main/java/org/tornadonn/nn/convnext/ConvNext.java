package org.tornadonn.nn.convnext;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.kernels.PatchKernel.Layout;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.nn.layer.ClassifierHead;
import org.tornadonn.nn.layer.Network;
import org.tornadonn.nn.layer.NormLayer;
import org.tornadonn.nn.layer.PatchConvLayer;
import org.tornadonn.nn.layer.Scope;

/**
 * The stages of a ConvNeXt: stem, blocks of stage 0 (once per block), then for each further stage downsample and its blocks; the head;
 * and the same backwards.
 */
final class ConvNext {
    /** The stem: a patch convolution, then a norm. */
    private static final class Stem {
        private final Network net;
        private final PatchConvLayer conv;
        private final NormLayer norm;
        private final Slice convolved;
        private final int size;

        Stem(ConvNextConfig config, Network net) {
            this.net = net;
            int c = config.dims().getFirst();
            int rows = Math.multiplyExact(net.batch(), config.side(0) * config.side(0));
            size = Math.multiplyExact(rows, c);
            conv = new PatchConvLayer(
                    net,
                    "conv",
                    net.scope("stem.0."),
                    Layout.CHANNELS_FIRST,
                    config.imageSize(),
                    config.patch(),
                    config.channels(),
                    c);
            norm = new NormLayer(net, "norm", net.scope("stem.1."), 1, rows, c);
            convolved = net.saved(1, size);
        }

        void forward(Stage s, Slice y, Slice images) {
            conv.forward(s, convolved, images);
            norm.forward(s, y, convolved);
        }

        void backward(Stage s, Slice dY) {
            Slice dConvolved = Slice.of(net.temporary(size));
            norm.backward(s, dConvolved, dY, convolved, null);
            conv.backwardWeights(s, dConvolved);
        }
    }

    /** What stands between two stages: a norm, then a 2x2 convolution of stride 2. */
    private static final class Downsample {
        private final Network net;
        private final NormLayer norm;
        private final PatchConvLayer conv;
        private final int size;

        Downsample(ConvNextConfig config, Network net, int stage) {
            this.net = net;
            int c = config.dims().get(stage - 1);
            int side = config.side(stage - 1);
            int rows = Math.multiplyExact(net.batch(), side * side);
            size = Math.multiplyExact(rows, c);
            Scope scope = net.scope("stages." + stage + ".downsample.");
            norm = new NormLayer(net, "norm", scope.in("0."), 1, rows, c);
            conv = new PatchConvLayer(
                    net,
                    "conv",
                    scope.in("1."),
                    Layout.CHANNELS_LAST,
                    side,
                    2,
                    c,
                    config.dims().get(stage));
        }

        void forward(Stage s, Slice y, Slice x) {
            Slice normed = Slice.of(net.temporary(size));
            norm.forward(s, normed, x);
            conv.forward(s, y, normed);
        }

        /** From the gradient of y, in {@code dX}, to that of x, in the same place. */
        void backward(Stage s, Slice dX, Slice x) {
            Slice dNormed = Slice.of(net.temporary(size));
            conv.backwardWeights(s, dX);
            conv.backwardInput(s, dNormed, dX);
            norm.backward(s, dX, dNormed, x, null);
        }
    }

    private ConvNext() {}

    static void build(ConvNextConfig config, Network net) {
        int stages = config.stages();
        Stem stem = new Stem(config, net);
        List<ConvNextBlock> blocks = new ArrayList<>();
        List<Downsample> downsamples = new ArrayList<>();
        for (int i = 0; i < stages; i++) {
            blocks.add(new ConvNextBlock(config, net, i));
            downsamples.add(i == 0 ? null : new Downsample(config, net, i));
        }
        Slice dStream = net.saved(1, largest(config, net.batch()));

        List<Stage> forward = new ArrayList<>();
        stem.forward(net.forward("stem", 1), blocks.getFirst().first(), Slice.of(net.images()));
        for (int i = 0; i < stages; i++) {
            ConvNextBlock block = blocks.get(i);
            if (i > 0) {
                Stage s = net.forward("downsample" + i, 1);
                downsamples.get(i).forward(s, block.first(), blocks.get(i - 1).last());
            }
            forward.add(net.forward("blocks" + i, config.depths().get(i)));
            block.forward(forward.getLast());
        }
        int pixels = config.side(stages - 1) * config.side(stages - 1);
        net.head(new ClassifierHead(
                net,
                net.scope("head.norm."),
                net.scope("head.fc."),
                blocks.getLast().last(),
                dStream,
                pixels,
                0,
                pixels,
                config.dims().getLast()));
        for (int i = stages - 1; i >= 0; i--) {
            blocks.get(i)
                    .backward(
                            net.backward(
                                    "blocks" + i + "Backward", config.depths().get(i), forward.get(i)),
                            dStream);
            if (i > 0) {
                Stage s = net.backward("downsample" + i + "Backward", 1);
                downsamples.get(i).backward(s, dStream, blocks.get(i - 1).last());
            }
        }
        stem.backward(net.backward("stemBackward", 1), dStream);
    }

    /** Elements of the largest feature map of a batch. */
    private static long largest(ConvNextConfig config, int batch) {
        long largest = 0;
        for (int i = 0; i < config.stages(); i++) {
            largest = Math.max(
                    largest,
                    (long) batch
                            * config.side(i)
                            * config.side(i)
                            * config.dims().get(i));
        }
        return largest;
    }
}
