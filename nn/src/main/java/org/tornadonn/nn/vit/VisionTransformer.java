package org.tornadonn.nn.vit;

import org.tornadonn.kernels.PatchKernel.Layout;
import org.tornadonn.kernels.Slice;
import org.tornadonn.kernels.Stage;
import org.tornadonn.kernels.TokenKernel;
import org.tornadonn.nn.layer.ClassifierHead;
import org.tornadonn.nn.layer.Network;
import org.tornadonn.nn.layer.PatchConvLayer;
import org.tornadonn.nn.layer.Scope;

/**
 * The stages of a vision transformer: embed, block (once per layer), the head, blockBackward (once per layer), embedBackward.
 */
final class VisionTransformer {
    private final VitConfig config;
    private final Network net;
    private final int batch;
    private final Scope scope;
    private final PatchConvLayer patchEmbed;
    private final Slice images;
    private final Slice dStream;

    private VisionTransformer(VitConfig config, Network net) {
        this.config = config;
        this.net = net;
        batch = net.batch();
        scope = net.scope("");
        patchEmbed = new PatchConvLayer(
                net,
                "patchEmbed",
                scope.in("patch_embed.proj."),
                Layout.CHANNELS_FIRST,
                config.imageSize(),
                config.patch(),
                config.channels(),
                config.width());
        images = Slice.of(net.images());
        dStream = net.saved(1, (long) batch * config.tokens() * config.width());
    }

    static void build(VitConfig config, Network net) {
        VisionTransformer vit = new VisionTransformer(config, net);
        VitBlock block = new VitBlock(config, net);
        vit.embed(net.forward("embed", 1), block.first());
        Stage forward = net.forward("block", config.depth());
        block.forward(forward);
        // A norm is of each token by itself, so that of the class token may stand behind the choice of it.
        boolean token = config.pool() == VitConfig.Pool.TOKEN;
        net.head(new ClassifierHead(
                net,
                net.scope(config.headNorm()),
                net.scope("head."),
                block.last(),
                vit.dStream,
                config.tokens(),
                token ? 0 : 1,
                token ? 1 : config.tokens(),
                config.width()));
        block.backward(net.backward("blockBackward", config.depth(), forward), vit.dStream);
        vit.embedBackward(net.backward("embedBackward", 1));
    }

    private Slice embedded() {
        return Slice.of(net.temporary(batch, config.patches(), config.width()));
    }

    private void embed(Stage s, Slice x) {
        Slice embedded = embedded();
        patchEmbed.forward(s, embedded, images);
        TokenKernel.forward(
                s,
                "tokens",
                x,
                embedded,
                scope.param("cls_token"),
                scope.param("pos_embed"),
                batch,
                config.patches(),
                config.width());
    }

    private void embedBackward(Stage s) {
        Slice dEmbedded = embedded();
        TokenKernel.backward(
                s,
                "tokens",
                dEmbedded,
                scope.grad("cls_token"),
                scope.grad("pos_embed"),
                dStream,
                batch,
                config.patches(),
                config.width());
        patchEmbed.backwardWeights(s, dEmbedded);
    }
}
