package org.tornadonn.benchmarks.op;

import java.util.List;
import java.util.Locale;
import org.tornadonn.kernels.DType;

/** Sizes that several ops share. 4160 rows are the tokens of a batch of 64 images in patches of 4 of 32 pixels. */
final class Ladders {
    /** rows x channels. */
    static final Op.Sizes ROWS = new Op.Sizes(
            List.of(new int[] {3, 17}, new int[] {70, 32}),
            List.of(new int[] {4160, 192}, new int[] {8192, 768}),
            List.of(
                    new int[] {256, 192},
                    new int[] {1024, 192},
                    new int[] {4160, 192},
                    new int[] {4096, 768},
                    new int[] {8192, 768},
                    new int[] {16384, 1024}),
            List.of(new int[] {65536, 1024}));

    private static final Op.Sizes ROWS_OF_16_BITS =
            of(ROWS.tiny(), List.of(size(8192, 768)), List.of(size(4160, 192), size(8192, 768)), size(65536, 1024));

    /** batch x tokens x channels. */
    static final Op.Sizes TOKENS = of(
            List.of(new int[] {3, 5, 17}, new int[] {7, 4, 32}),
            List.of(new int[] {64, 65, 192}),
            List.of(new int[] {64, 65, 192}));

    /** Parameters; 2,693,578 are those of the ViT that training steps are measured with. */
    static final Op.Sizes PARAMETERS =
            of(List.of(new int[] {35}), List.of(new int[] {2_693_578}), List.of(new int[] {2_693_578}));

    private Ladders() {}

    /** rows x channels: fewer sizes for the types beside the one that is measured first. */
    static Op.Sizes rows(DType type) {
        return type == DType.FLOAT32 ? ROWS : ROWS_OF_16_BITS;
    }

    /** What stands behind an op's name for a type. */
    static String suffix(DType type) {
        return type == DType.FLOAT32 ? "" : "-" + type.name().toLowerCase(Locale.ROOT);
    }

    static Op.Sizes of(List<int[]> tiny, List<int[]> quick, List<int[]> full) {
        return new Op.Sizes(tiny, quick, full, List.of());
    }

    /** With a further size for large GPUs. */
    static Op.Sizes of(List<int[]> tiny, List<int[]> quick, List<int[]> full, int[] large) {
        return new Op.Sizes(tiny, quick, full, List.of(large));
    }

    static int[] size(int... axes) {
        return axes;
    }

    /** Elements of a size. */
    static long elements(int[] size) {
        long n = 1;
        for (int axis : size) {
            n *= axis;
        }
        return n;
    }
}
