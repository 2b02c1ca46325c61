package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The backends of this process. */
public interface TornadoRuntime {
    int getNumBackends();

    TornadoBackend getBackend(int index);

    TornadoVMBackendType getBackendType(int index);

    /**
     * The device used where none is chosen.
     *
     * @throws uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound with what to install, where there is none
     */
    TornadoDevice getDefaultDevice();
}
