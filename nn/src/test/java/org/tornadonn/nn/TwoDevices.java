package org.tornadonn.nn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.tornadonn.suite.Recorder;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** The first two devices of the engine. The build asks PoCL for two; elsewhere the embedded engine has its interpreter. */
public final class TwoDevices {
    private TwoDevices() {}

    public static TornadoDevice[] find() {
        List<TornadoDevice> devices = Recorder.devices();
        assumeTrue(devices.size() > 1, Engine.name() + " has one device here, and this test needs two");
        return new TornadoDevice[] {devices.get(0), devices.get(1)};
    }
}
