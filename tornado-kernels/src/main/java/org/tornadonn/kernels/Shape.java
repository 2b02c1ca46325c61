package org.tornadonn.kernels;

import java.util.Locale;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** How a kernel spreads its work over a device. The numbers are the same but for rounding; which is fast depends on the device. */
public enum Shape {
    /** A work-item is a block of rows or elements, in lanes of 16: for the cores and vectors of a CPU, where it is 6 to 45 times faster (docs/benchmark.md). */
    LANES,
    /** A work-group shares a row or a tile in local memory, and neighbours read neighbours: for a GPU. What lanes lose there was not measured. */
    GROUPS;

    /** The system property that overrides the choice, {@code lanes} or {@code groups}. */
    public static final String PROPERTY = "tornadonn.shape";

    /**
     * What suits a device, unless {@value #PROPERTY} says otherwise.
     *
     * @throws IllegalArgumentException if the property is neither
     */
    public static Shape of(TornadoDevice device) {
        String wish = System.getProperty(PROPERTY);
        if (wish != null) {
            try {
                return valueOf(wish.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("-D" + PROPERTY + "=" + wish + ": lanes or groups is expected", e);
            }
        }
        return switch (device.getDeviceType()) {
            case GPU, ACCELERATOR -> GROUPS;
            default -> LANES;
        };
    }
}
