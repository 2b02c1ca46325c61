package org.tornadonn.nn.vit;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tornadonn.nn.InitialValues;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.layer.LinearLayer;
import org.tornadonn.nn.layer.Network;
import org.tornadonn.nn.layer.NormLayer;
import org.tornadonn.nn.layer.PatchConvLayer;
import org.tornadonn.nn.model.ModelConfig;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A vision transformer (arXiv 2010.11929) as timm builds it: patch embedding, class token and positions, pre-norm blocks, then the
 * mean over patch tokens, fc_norm and head, or norm, the class token and head.
 *
 * @param imageSize side of the square images, in pixels
 * @param patch side of a patch, in pixels; divides imageSize
 * @param width channels of a token; divisible by heads
 * @param mlp channels inside the MLP
 * @param alpha0 first value of DyT's alpha (0.5 in the paper for all vision models)
 * @param pool what the head is given; null: the average, as where a file does not say
 */
public record VitConfig(
        int imageSize,
        int channels,
        int patch,
        int width,
        int depth,
        int heads,
        int mlp,
        int classes,
        Norm norm,
        float alpha0,
        Pool pool)
        implements ModelConfig {
    /** timm's global_pool. */
    public enum Pool {
        /** The mean over the patch tokens, as in the DyT paper. */
        AVERAGE,
        /** The class token. */
        TOKEN
    }

    private record Size(int width, int depth, int heads) {}

    /** arXiv 2010.11929, table 1, and the two smaller ones of DeiT (arXiv 2012.12877, table 1). */
    private static final Map<String, Size> SIZES = Map.of(
            "tiny", new Size(192, 12, 3),
            "small", new Size(384, 12, 6),
            "base", new Size(768, 12, 12),
            "large", new Size(1024, 24, 16));

    private static final Pattern NAME = Pattern.compile("vit_([a-z]+)_patch(\\d{1,3})_(\\d{1,4})");

    public VitConfig {
        pool = pool == null ? Pool.AVERAGE : pool;
        check(
                patch > 0 && imageSize > 0 && imageSize % patch == 0,
                "the patch (" + patch + ") must divide the image size (" + imageSize + ")");
        check(
                heads > 0 && width > 0 && width % heads == 0,
                "the heads (" + heads + ") must divide the width (" + width + ")");
        check(depth > 0 && depth <= 1000, "the depth must be from 1 to 1000");
        check(channels > 0 && classes > 1 && mlp > 0, "channels, classes (at least 2) and MLP width must be positive");
        check((long) classes * width < Integer.MAX_VALUE, "too many classes");
    }

    private static void check(boolean ok, String rule) {
        if (!ok) {
            throw new UserException("This ViT cannot be built: " + rule + ".");
        }
    }

    /** Square colour images, an MLP four times as wide, alpha0 0.5, average pooling. */
    public static VitConfig of(int imageSize, int patch, int width, int depth, int heads, int classes, Norm norm) {
        return new VitConfig(imageSize, 3, patch, width, depth, heads, 4 * width, classes, norm, 0.5f, Pool.AVERAGE);
    }

    /** The usual names; {@link #named} takes others of the form {@code vit_SIZE_patchP_IMAGESIZE} too. */
    public static List<String> names() {
        return List.of(
                "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224", "vit_large_patch16_224");
    }

    /** A model by timm's name for it. */
    public static VitConfig named(String name, int classes, Norm norm) {
        Matcher match = NAME.matcher(name);
        Size size = match.matches() ? SIZES.get(match.group(1)) : null;
        if (size == null) {
            throw new UserException("There is no ViT " + name
                    + ". Names are vit_SIZE_patchP_IMAGESIZE, with SIZE tiny, small, base or large.");
        }
        return of(
                Integer.parseInt(match.group(3)),
                Integer.parseInt(match.group(2)),
                size.width(),
                size.depth(),
                size.heads(),
                classes,
                norm);
    }

    /** The same model with another first value of alpha. */
    public VitConfig withAlpha0(float other) {
        return new VitConfig(imageSize, channels, patch, width, depth, heads, mlp, classes, norm, other, pool);
    }

    /** The same model with another pooling. */
    public VitConfig withPool(Pool other) {
        return new VitConfig(imageSize, channels, patch, width, depth, heads, mlp, classes, norm, alpha0, other);
    }

    /** The beginning of the names of the last norm's parameters. */
    public String headNorm() {
        return pool == Pool.TOKEN ? "norm." : "fc_norm.";
    }

    public int patches() {
        return (imageSize / patch) * (imageSize / patch);
    }

    /** Patches and the class token. */
    public int tokens() {
        return patches() + 1;
    }

    public int headDim() {
        return width / heads;
    }

    @Override
    public ParameterTable parameters() {
        ParameterTable table = new ParameterTable();
        table.add("cls_token", true, 1, 1, width);
        table.add("pos_embed", true, 1, tokens(), width);
        PatchConvLayer.parameters(table, "patch_embed.proj.", patch, channels, width);
        for (int i = 0; i < depth; i++) {
            String block = "blocks." + i + ".";
            table.nextLayer();
            NormLayer.parameters(table, block + "norm1.", norm, width);
            LinearLayer.parameters(table, block + "attn.qkv.", width, 3 * width);
            LinearLayer.parameters(table, block + "attn.proj.", width, width);
            NormLayer.parameters(table, block + "norm2.", norm, width);
            LinearLayer.parameters(table, block + "mlp.fc1.", width, mlp);
            LinearLayer.parameters(table, block + "mlp.fc2.", mlp, width);
        }
        // timm counts norm to the layer of the last block, and fc_norm to the head's.
        if (pool == Pool.AVERAGE) {
            table.nextLayer();
        }
        NormLayer.parameters(table, headNorm(), norm, width);
        if (pool == Pool.TOKEN) {
            table.nextLayer();
        }
        LinearLayer.parameters(table, "head.", width, classes);
        return table;
    }

    @Override
    public VitConfig withNorm(Norm other) {
        return new VitConfig(imageSize, channels, patch, width, depth, heads, mlp, classes, other, alpha0, pool);
    }

    /** As timm: the class token normal with deviation 1e-6, the patch convolution uniform in ±1/√fan-in, the rest as usual. */
    @Override
    public void initialize(FloatArray params, long seed) {
        double bound = 1 / Math.sqrt(channels * patch * patch);
        InitialValues.fill(params, parameters(), seed, (entry, random) -> {
            if (entry.name().equals("cls_token")) {
                return 1e-6 * random.nextGaussian();
            }
            return entry.name().startsWith("patch_embed")
                    ? random.nextDouble(-bound, bound)
                    : InitialValues.usual(entry, alpha0, random);
        });
    }

    @Override
    public void build(Network net) {
        VisionTransformer.build(this, net);
    }
}
