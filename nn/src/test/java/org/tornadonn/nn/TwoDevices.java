package org.tornadonn.nn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** The first two devices of the engine. The build asks PoCL for two; elsewhere the embedded engine has its interpreter. */
public final class TwoDevices {
    private TwoDevices() {}

    public static TornadoDevice[] find() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        List<TornadoDevice> devices = new ArrayList<>();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            for (int d = 0; d < runtime.getBackend(b).getNumDevices(); d++) {
                devices.add(runtime.getBackend(b).getDevice(d));
            }
        }
        assumeTrue(devices.size() > 1, Engine.name() + " has one device here, and this test needs two");
        return new TornadoDevice[] {devices.get(0), devices.get(1)};
    }
}
