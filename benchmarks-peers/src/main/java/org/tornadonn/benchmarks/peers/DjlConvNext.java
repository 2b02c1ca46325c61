package org.tornadonn.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.nn.convnext.ConvNextConfig;

/** The ConvNeXt of a duel: convolutions channels first, norms and linear layers channels last, as in timm. */
final class DjlConvNext extends DjlModel {
    private final ConvNextConfig config;

    DjlConvNext(NDManager manager, Duel duel, ConvNextConfig config) {
        super(manager, duel, config.alpha0());
        this.config = config;
        int c = config.dims().getFirst();
        convolution("stem", c, config.channels(), config.patch());
        norm("stem.norm", c);
        for (int i = 0; i < config.stages(); i++) {
            if (i > 0) {
                norm(i + ".down.norm", c);
                convolution(i + ".down", config.dims().get(i), c, 2);
                c = config.dims().get(i);
            }
            for (int j = 0; j < config.depths().get(i); j++) {
                String block = i + "." + j;
                convolution(block + ".dw", c, 1, ConvNextConfig.KERNEL);
                norm(block + ".norm", c);
                linear(block + ".fc1", c, ConvNextConfig.EXPANSION * c);
                linear(block + ".fc2", ConvNextConfig.EXPANSION * c, c);
                add(block + ".scale", zeros(c).add(config.layerScale()));
            }
        }
        norm("norm", c);
        linear("head", c, config.classes());
    }

    private void convolution(String name, int out, int in, int side) {
        add(name + ".weight", normal(out, in, side, side));
        add(name + ".bias", zeros(out));
    }

    private NDArray convolve(String name, NDArray x, int stride, int padding, int groups) {
        return Conv2d.conv2d(
                        x,
                        param(name + ".weight"),
                        param(name + ".bias"),
                        new Shape(stride, stride),
                        new Shape(padding, padding),
                        new Shape(1, 1),
                        groups)
                .singletonOrThrow();
    }

    private static NDArray channelsLast(NDArray x) {
        return x.transpose(0, 2, 3, 1);
    }

    private static NDArray channelsFirst(NDArray x) {
        return x.transpose(0, 3, 1, 2);
    }

    private NDArray block(String name, NDArray x) {
        int c = (int) x.getShape().get(1);
        NDArray y = convolve(name + ".dw", x, 1, ConvNextConfig.KERNEL / 2, c);
        NDArray hidden = Activation.gelu(applyLinear(name + ".fc1", applyNorm(name + ".norm", channelsLast(y))));
        return x.add(channelsFirst(applyLinear(name + ".fc2", hidden).mul(param(name + ".scale"))));
    }

    @Override
    NDArray logits() {
        NDArray x = convolve("stem", images, config.patch(), 0, 1);
        x = channelsFirst(applyNorm("stem.norm", channelsLast(x)));
        for (int i = 0; i < config.stages(); i++) {
            if (i > 0) {
                x = convolve(i + ".down", channelsFirst(applyNorm(i + ".down.norm", channelsLast(x))), 2, 0, 1);
            }
            for (int j = 0; j < config.depths().get(i); j++) {
                x = block(i + "." + j, x);
            }
        }
        return applyLinear("head", applyNorm("norm", x.mean(new int[] {2}).mean(new int[] {2})));
    }
}
