package uk.ac.manchester.tornado.api.runtime;

import org.tornadonn.engine.runtime.Devices;
import uk.ac.manchester.tornado.api.TornadoRuntime;

/** The way to the runtime. */
public final class TornadoRuntimeProvider {
    private TornadoRuntimeProvider() {}

    public static TornadoRuntime getTornadoRuntime() {
        return Devices.runtime();
    }
}
