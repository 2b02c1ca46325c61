package org.tornadonn.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tornadonn.nn.UserException;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Devices by what people type. */
public final class DeviceChoice {
    private static final List<String> BACKENDS = List.of("opencl", "cuda", "ptx", "spirv", "metal");

    private DeviceChoice() {}

    /** All devices, in the order that their numbers refer to. */
    public static List<TornadoDevice> all() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        List<TornadoDevice> devices = new ArrayList<>();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            TornadoBackend backend = runtime.getBackend(b);
            for (int d = 0; d < backend.getNumDevices(); d++) {
                devices.add(backend.getDevice(d));
            }
        }
        return devices;
    }

    /** The default device for null, else by number, type (cpu, gpu), backend (opencl, ptx), or a part of the name. */
    public static TornadoDevice of(String wish) {
        if (wish == null) {
            return TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
        }
        List<TornadoDevice> devices = all();
        for (int i = 0; i < devices.size(); i++) {
            if (wish.equals(Integer.toString(i))) {
                return devices.get(i);
            }
        }
        String lower = wish.toLowerCase(Locale.ROOT);
        return devices.stream()
                .filter(d -> d.getDeviceType().name().equalsIgnoreCase(wish)
                        || d.getTornadoVMBackend().name().equalsIgnoreCase(wish)
                        || name(d).toLowerCase(Locale.ROOT).contains(lower))
                .findFirst()
                .orElseThrow(() -> new UserException("There is no device " + wish + " here. There are: "
                        + IntStream.range(0, devices.size())
                                .mapToObj(i -> i + " " + devices.get(i).getTornadoVMBackend() + " "
                                        + devices.get(i).getDeviceType() + " " + name(devices.get(i)))
                                .collect(Collectors.joining("; "))
                        + "."
                        + (BACKENDS.contains(lower)
                                ? " A TornadoVM SDK with that backend has them: ./setup.sh --with-tornadovm " + lower
                                : "")));
    }

    /** Several, separated by commas, each as {@link #of} takes it; the default device for null. */
    static TornadoDevice[] several(String wishes) {
        return wishes == null
                ? new TornadoDevice[] {of(null)}
                : Arrays.stream(wishes.split(",")).map(w -> of(w.strip())).toArray(TornadoDevice[]::new);
    }

    public static String name(TornadoDevice device) {
        return device.getPhysicalDevice().getDeviceName();
    }
}
