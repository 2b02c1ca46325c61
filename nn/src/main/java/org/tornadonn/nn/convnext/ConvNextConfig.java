package org.tornadonn.nn.convnext;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tornadonn.nn.InitialValues;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.ParameterTable;
import org.tornadonn.nn.UserException;
import org.tornadonn.nn.layer.DepthwiseConvLayer;
import org.tornadonn.nn.layer.LinearLayer;
import org.tornadonn.nn.layer.Network;
import org.tornadonn.nn.layer.NormLayer;
import org.tornadonn.nn.layer.PatchConvLayer;
import org.tornadonn.nn.model.ModelConfig;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A ConvNeXt (arXiv 2201.03545) as timm builds it: a patch convolution and a norm, stages of blocks with a norm and a 2x2 convolution
 * of stride 2 between them, the mean over pixels, a norm, a linear layer.
 *
 * @param imageSize side of the square images, in pixels; the patch and the halvings between stages divide it
 * @param patch side of the stem's patches, in pixels: 4 in the paper
 * @param depths blocks per stage
 * @param dims channels per stage
 * @param alpha0 first value of DyT's alpha (0.5 in the paper for all vision models)
 * @param layerScale first value of a block's gamma (1e-6 in the paper)
 * @param convMlp whether the weights inside blocks have timm's shape for 1x1 convolutions, [out, in, 1, 1]; the numbers are the same
 */
public record ConvNextConfig(
        int imageSize,
        int channels,
        int patch,
        List<Integer> depths,
        List<Integer> dims,
        int classes,
        Norm norm,
        float alpha0,
        float layerScale,
        boolean convMlp)
        implements ModelConfig {
    /** Side of the depthwise convolution. */
    public static final int KERNEL = 7;
    /** Channels inside the MLP, as a multiple of the block's. */
    public static final int EXPANSION = 4;

    private static final int LARGEST = 1 << 20;

    private record Size(List<Integer> depths, List<Integer> dims, boolean convMlp) {}

    /** arXiv 2201.03545, section 3, and timm's smaller ones, whose MLPs are 1x1 convolutions. */
    private static final Map<String, Size> SIZES = new LinkedHashMap<>();

    static {
        SIZES.put("atto", new Size(List.of(2, 2, 6, 2), List.of(40, 80, 160, 320), true));
        SIZES.put("femto", new Size(List.of(2, 2, 6, 2), List.of(48, 96, 192, 384), true));
        SIZES.put("pico", new Size(List.of(2, 2, 6, 2), List.of(64, 128, 256, 512), true));
        SIZES.put("nano", new Size(List.of(2, 2, 8, 2), List.of(80, 160, 320, 640), true));
        SIZES.put("tiny", new Size(List.of(3, 3, 9, 3), List.of(96, 192, 384, 768), false));
        SIZES.put("small", new Size(List.of(3, 3, 27, 3), List.of(96, 192, 384, 768), false));
        SIZES.put("base", new Size(List.of(3, 3, 27, 3), List.of(128, 256, 512, 1024), false));
        SIZES.put("large", new Size(List.of(3, 3, 27, 3), List.of(192, 384, 768, 1536), false));
        SIZES.put("xlarge", new Size(List.of(3, 3, 27, 3), List.of(256, 512, 1024, 2048), false));
    }

    private static final Pattern NAME = Pattern.compile("convnext_([a-z]+)(?:_patch(\\d{1,3})_(\\d{1,4}))?");

    public ConvNextConfig {
        check(depths != null && dims != null, "it has no depths or dims");
        depths = List.copyOf(depths);
        dims = List.copyOf(dims);
        check(
                !depths.isEmpty() && depths.size() == dims.size() && depths.size() < 10,
                "depths " + depths + " and dims " + dims + " must have one number per stage each");
        check(
                depths.stream().allMatch(d -> d > 0 && d < LARGEST)
                        && dims.stream().allMatch(d -> d > 0 && d < LARGEST),
                "depths " + depths + " and dims " + dims + " must be positive");
        check(patch > 0 && patch < LARGEST, "the patch must be at least 1");
        int shrinks = patch << depths.size() - 1;
        check(
                imageSize > 0 && imageSize % shrinks == 0,
                "the stem and the stages shrink the image by " + shrinks + ", which must divide the image size ("
                        + imageSize + ")");
        check(channels > 0 && classes > 1, "channels and classes (at least 2) must be positive");
        check((long) classes * dims.getLast() < Integer.MAX_VALUE, "too many classes");
    }

    private static void check(boolean ok, String rule) {
        if (!ok) {
            throw new UserException("This ConvNeXt cannot be built: " + rule + ".");
        }
    }

    /** Square colour images, alpha0 0.5, layer scale 1e-6. */
    public static ConvNextConfig of(
            int imageSize, int patch, List<Integer> depths, List<Integer> dims, int classes, Norm norm) {
        return new ConvNextConfig(imageSize, 3, patch, depths, dims, classes, norm, 0.5f, 1e-6f, false);
    }

    /** The usual names, for images of 224 pixels; {@link #named} takes {@code NAME_patchP_IMAGESIZE} too. */
    public static List<String> names() {
        return SIZES.keySet().stream().map(size -> "convnext_" + size).toList();
    }

    /** A model by timm's name for it; {@code convnext_femto_patch2_32} is one for small images. */
    public static ConvNextConfig named(String name, int classes, Norm norm) {
        Matcher match = NAME.matcher(name);
        Size size = match.matches() ? SIZES.get(match.group(1)) : null;
        if (size == null) {
            throw new UserException("There is no ConvNeXt " + name
                    + ". Names are convnext_SIZE or convnext_SIZE_patchP_IMAGESIZE, with SIZE one of "
                    + String.join(", ", SIZES.keySet()) + ".");
        }
        int patch = match.group(2) == null ? 4 : Integer.parseInt(match.group(2));
        int imageSize = match.group(3) == null ? 224 : Integer.parseInt(match.group(3));
        return new ConvNextConfig(
                imageSize, 3, patch, size.depths(), size.dims(), classes, norm, 0.5f, 1e-6f, size.convMlp());
    }

    /** The same model with another first value of alpha. */
    public ConvNextConfig withAlpha0(float other) {
        return new ConvNextConfig(imageSize, channels, patch, depths, dims, classes, norm, other, layerScale, convMlp);
    }

    /** The same model with another first value of gamma. */
    public ConvNextConfig withLayerScale(float first) {
        return new ConvNextConfig(imageSize, channels, patch, depths, dims, classes, norm, alpha0, first, convMlp);
    }

    public int stages() {
        return depths.size();
    }

    /** Side of a stage's feature maps, in pixels. */
    public int side(int stage) {
        return imageSize / patch >> stage;
    }

    @Override
    public ParameterTable parameters() {
        ParameterTable table = new ParameterTable();
        PatchConvLayer.parameters(table, "stem.0.", patch, channels, dims.getFirst());
        NormLayer.parameters(table, "stem.1.", norm, dims.getFirst());
        for (int i = 0; i < stages(); i++) {
            String stage = "stages." + i + ".";
            for (int j = 0; j < depths.get(i); j++) {
                table.nextLayer();
                if (i > 0 && j == 0) {
                    // timm counts it to the layer of the stage's first block.
                    NormLayer.parameters(table, stage + "downsample.0.", norm, dims.get(i - 1));
                    PatchConvLayer.parameters(table, stage + "downsample.1.", 2, dims.get(i - 1), dims.get(i));
                }
                block(table, stage + "blocks." + j + ".", dims.get(i));
            }
        }
        table.nextLayer();
        NormLayer.parameters(table, "head.norm.", norm, dims.getLast());
        LinearLayer.parameters(table, "head.fc.", dims.getLast(), classes);
        return table;
    }

    private void block(ParameterTable table, String prefix, int c) {
        table.add(prefix + "gamma", false, c);
        DepthwiseConvLayer.parameters(table, prefix + "conv_dw.", c, KERNEL);
        NormLayer.parameters(table, prefix + "norm.", norm, c);
        if (convMlp) {
            PatchConvLayer.parameters(table, prefix + "mlp.fc1.", 1, c, EXPANSION * c);
            PatchConvLayer.parameters(table, prefix + "mlp.fc2.", 1, EXPANSION * c, c);
        } else {
            LinearLayer.parameters(table, prefix + "mlp.fc1.", c, EXPANSION * c);
            LinearLayer.parameters(table, prefix + "mlp.fc2.", EXPANSION * c, c);
        }
    }

    @Override
    public ConvNextConfig withNorm(Norm other) {
        return new ConvNextConfig(
                imageSize, channels, patch, depths, dims, classes, other, alpha0, layerScale, convMlp);
    }

    @Override
    public void initialize(FloatArray params, long seed) {
        InitialValues.fill(
                params,
                parameters(),
                seed,
                (entry, random) ->
                        entry.name().endsWith(".gamma") ? layerScale : InitialValues.usual(entry, alpha0, random));
    }

    @Override
    public void build(Network net) {
        ConvNext.build(this, net);
    }
}
