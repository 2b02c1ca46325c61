package org.tornadonn.nn.data;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * RandAugment (arXiv 1909.13719) as timm's rand-mM-mstd0.5-inc1: two of fifteen operations, each then done or not with the same
 * chance, of a strength about the magnitude M.
 */
final class RandAugment {
    static final double MOST = 10;
    private static final int LAYERS = 2;
    private static final double DEVIATION = 0.5;
    private static final List<Operation> OPERATIONS = List.of(Operation.values());

    /** timm's increasing set: the larger the level, the stronger. */
    enum Operation {
        AUTO_CONTRAST((image, _, _, _) -> Colors.autoContrast(image)),
        EQUALIZE((image, _, _, _) -> Colors.equalize(image)),
        INVERT((image, _, _, _) -> Colors.invert(image)),
        ROTATE((image, side, level, sign) -> Geometry.rotate(image, side, 30 * sign * level)),
        POSTERIZE((image, _, level, _) -> Colors.posterize(image, 4 - (int) (4 * level))),
        SOLARIZE((image, _, level, _) -> Colors.solarize(image, 256 - (int) (256 * level))),
        SOLARIZE_ADD((image, _, level, _) -> Colors.solarizeAdd(image, (int) (110 * level))),
        COLOR((image, _, level, sign) -> Colors.color(image, factor(level, sign))),
        CONTRAST((image, _, level, sign) -> Colors.contrast(image, factor(level, sign))),
        BRIGHTNESS((image, _, level, sign) -> Colors.brightness(image, factor(level, sign))),
        SHARPNESS((image, side, level, sign) -> Colors.sharpness(image, side, factor(level, sign))),
        SHEAR_X((image, side, level, sign) -> Geometry.shearX(image, side, 0.3 * sign * level)),
        SHEAR_Y((image, side, level, sign) -> Geometry.shearY(image, side, 0.3 * sign * level)),
        TRANSLATE_X((image, side, level, sign) -> Geometry.translateX(image, side, 0.45 * side * sign * level)),
        TRANSLATE_Y((image, side, level, sign) -> Geometry.translateY(image, side, 0.45 * side * sign * level));

        private interface Work {
            byte[] of(byte[] image, int side, double level, int sign);
        }

        private final Work work;

        Operation(Work work) {
            this.work = work;
        }

        private static float factor(double level, int sign) {
            return (float) Math.max(0.1, 1 + 0.9 * sign * level);
        }

        /**
         * @param level from 0 to 1
         * @param sign 1 or -1: where an operation has a direction, which
         */
        byte[] apply(byte[] image, int side, double level, int sign) {
            return work.of(image, side, level, sign);
        }
    }

    private RandAugment() {}

    static byte[] apply(byte[] image, int side, double magnitude, RandomGenerator random) {
        byte[] changed = image;
        for (int i = 0; i < LAYERS; i++) {
            Operation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
            boolean done = random.nextBoolean();
            double level = Math.clamp(random.nextGaussian(magnitude, DEVIATION), 0, MOST) / MOST;
            int sign = random.nextBoolean() ? 1 : -1;
            if (done) {
                changed = operation.apply(changed, side, level, sign);
            }
        }
        return changed;
    }
}
