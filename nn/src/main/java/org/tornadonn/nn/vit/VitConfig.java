package org.tornadonn.nn.vit;

import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;

/**
 * A vision transformer (arXiv 2010.11929) as timm builds it with average pooling: patch embedding, class token and positions,
 * pre-norm blocks, the mean over patch tokens, fc_norm, head.
 *
 * @param imageSize side of the square images, in pixels
 * @param patch side of a patch, in pixels; divides imageSize
 * @param width channels of a token; divisible by heads
 * @param mlp channels inside the MLP
 * @param alpha0 first value of DyT's alpha (0.5 in the paper for all vision models)
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
        float alpha0) {
    public VitConfig {
        check(
                patch > 0 && imageSize > 0 && imageSize % patch == 0,
                "the patch (" + patch + ") must divide the image size (" + imageSize + ")");
        check(
                heads > 0 && width > 0 && width % heads == 0,
                "the heads (" + heads + ") must divide the width (" + width + ")");
        check(depth > 0, "the depth must be at least 1");
        check(channels > 0 && classes > 1 && mlp > 0, "channels, classes (at least 2) and MLP width must be positive");
        check((long) classes * width < Integer.MAX_VALUE, "too many classes");
    }

    private static void check(boolean ok, String rule) {
        if (!ok) {
            throw new UserException("This ViT cannot be built: " + rule + ".");
        }
    }

    /** Square colour images, an MLP four times as wide, alpha0 0.5. */
    public static VitConfig of(int imageSize, int patch, int width, int depth, int heads, int classes, Norm norm) {
        return new VitConfig(imageSize, 3, patch, width, depth, heads, 4 * width, classes, norm, 0.5f);
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

    /** All parameters, in timm's names, shapes and order. */
    public ParameterTable parameters() {
        ParameterTable table = new ParameterTable();
        table.add("cls_token", true, 1, 1, width);
        table.add("pos_embed", true, 1, tokens(), width);
        table.add("patch_embed.proj.weight", false, width, channels, patch, patch);
        table.add("patch_embed.proj.bias", false, width);
        for (int i = 0; i < depth; i++) {
            String block = "blocks." + i + ".";
            norm(table, block + "norm1");
            linear(table, block + "attn.qkv", width, 3 * width);
            linear(table, block + "attn.proj", width, width);
            norm(table, block + "norm2");
            linear(table, block + "mlp.fc1", width, mlp);
            linear(table, block + "mlp.fc2", mlp, width);
        }
        norm(table, "fc_norm");
        linear(table, "head", width, classes);
        return table;
    }

    private void norm(ParameterTable table, String name) {
        if (norm == Norm.DYT) {
            table.add(name + ".alpha", false, 1);
        }
        table.add(name + ".weight", false, width);
        table.add(name + ".bias", false, width);
    }

    private static void linear(ParameterTable table, String name, int in, int out) {
        table.add(name + ".weight", false, out, in);
        table.add(name + ".bias", false, out);
    }
}
