package org.tornadonn.examples;

import java.util.List;
import org.tornadonn.nn.Engine;
import picocli.CommandLine.Command;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Lists the devices of the running engine. */
@Command(name = "devices", mixinStandardHelpOptions = true, description = "List the engine's devices.")
final class DevicesCommand implements Runnable {
    @Override
    public void run() {
        System.out.println("Engine: " + Engine.name());
        List<TornadoDevice> devices = DeviceChoice.all();
        System.out.printf(
                "%-3s %-8s %-4s %-58s %-28s %5s %10s%n", "", "backend", "type", "name", "platform", "units", "memory");
        for (int i = 0; i < devices.size(); i++) {
            TornadoDevice d = devices.get(i);
            System.out.printf(
                    "%-3d %-8s %-4s %-58s %-28s %5d %7.1f GB%n",
                    i,
                    d.getTornadoVMBackend(),
                    d.getDeviceType(),
                    DeviceChoice.name(d),
                    d.getPlatformName(),
                    d.getPhysicalDevice().getDeviceMaxComputeUnits(),
                    d.getMaxGlobalMemory() / 1e9);
        }
    }
}
