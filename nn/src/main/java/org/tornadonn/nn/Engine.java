package org.tornadonn.nn;

import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Which engine runs this process: TornadoVM's SDK, whose classes are in named modules, or the embedded one. */
public final class Engine {
    private Engine() {}

    /** Name and version of the engine. */
    public static String name() {
        Module module = TaskGraph.class.getModule();
        if (module.isNamed()) {
            return "TornadoVM SDK"
                    + module.getDescriptor().rawVersion().map(v -> " " + v).orElse("");
        }
        String version = TaskGraph.class.getPackage().getImplementationVersion();
        return "tornado-embedded" + (version == null ? "" : " " + version);
    }

    /** One line: engine, device, platform, units, memory. */
    public static String describe(TornadoDevice device) {
        return String.format(
                "%s on %s (%s, %s, %d units, %.1f GB)",
                name(),
                device.getPhysicalDevice().getDeviceName(),
                device.getPlatformName(),
                device.getDeviceType(),
                device.getPhysicalDevice().getDeviceMaxComputeUnits(),
                device.getMaxGlobalMemory() / 1e9);
    }
}
