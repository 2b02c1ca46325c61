package org.tornadonn.nn.vit;

import java.util.SplittableRandom;
import org.tornadonn.nn.ParameterTable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The initial values of timm's ViT: linear weights and positions normal with standard deviation 0.02 (cut at ±2), class token
 * 1e-6, the patch convolution uniform in ±1/√fan-in, biases 0, norm weights 1, alpha alpha0.
 */
final class VitInit {
    private VitInit() {}

    static void fill(FloatArray params, VitConfig config, ParameterTable table, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double patchBound = 1 / Math.sqrt(config.channels() * config.patch() * config.patch());
        for (ParameterTable.Entry entry : table.entries()) {
            String name = entry.name();
            for (int i = 0; i < entry.size(); i++) {
                double value;
                if (name.equals("cls_token")) {
                    value = 1e-6 * random.nextGaussian();
                } else if (name.startsWith("patch_embed")) {
                    value = random.nextDouble(-patchBound, patchBound);
                } else if (name.endsWith(".alpha")) {
                    value = config.alpha0();
                } else if (entry.shape().size() > 1) {
                    value = Math.clamp(0.02 * random.nextGaussian(), -2, 2);
                } else {
                    value = name.endsWith(".weight") ? 1 : 0;
                }
                params.set(entry.offset() + i, (float) value);
            }
        }
    }
}
