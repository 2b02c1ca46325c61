package org.tornadonn.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tornadonn.nn.Engine;
import picocli.CommandLine.Command;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Lists the devices of the running engine and what they can do. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        description = "List the engine's devices and what they can do, each found by running a small kernel.")
final class DevicesCommand implements Runnable {
    @Override
    public void run() {
        System.out.println("Engine: " + Engine.name());
        StringBuilder table = new StringBuilder(String.format(
                "%-3s %-8s %-4s %-42s %-26s %5s %10s", "", "backend", "type", "name", "platform", "units", "memory"));
        for (Capability capability : Capability.values()) {
            table.append("  ").append(name(capability));
        }
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        List<TornadoDevice> devices = DeviceChoice.all();
        for (int i = 0; i < devices.size(); i++) {
            TornadoDevice d = devices.get(i);
            table.append(String.format(
                    "%n%-3d %-8s %-4s %-42s %-26s %5d %7.1f GB",
                    i,
                    d.getTornadoVMBackend(),
                    d.getDeviceType(),
                    DeviceChoice.name(d),
                    d.getPlatformName(),
                    d.getPhysicalDevice().getDeviceMaxComputeUnits(),
                    d.getMaxGlobalMemory() / 1e9));
            for (Capability capability : Capability.values()) {
                Capability.Answer answer = capability.of(d);
                table.append(String.format("  %-" + name(capability).length() + "s", answer.word()));
                if (!answer.reason().isEmpty()) {
                    reasons.computeIfAbsent(name(capability) + ": " + answer.reason(), _ -> new ArrayList<>())
                            .add(Integer.toString(i));
                }
            }
        }
        // At the end, because TornadoVM and drivers print about kernels that they cannot compile.
        System.out.println(table);
        reasons.forEach((reason, where) -> System.out.println(reason + " (" + String.join(", ", where) + ")"));
    }

    private static String name(Capability capability) {
        return capability.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
