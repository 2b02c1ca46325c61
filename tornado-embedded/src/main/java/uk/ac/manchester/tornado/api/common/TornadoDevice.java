package uk.ac.manchester.tornado.api.common;

import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** A device of a backend. */
public interface TornadoDevice {
    String getDeviceName();

    /** Name and platform for people. */
    String getDescription();

    String getPlatformName();

    TornadoDeviceType getDeviceType();

    /** Bytes of the largest single allocation. */
    long getMaxAllocMemory();

    /** Bytes of global memory. */
    long getMaxGlobalMemory();

    /** Bytes of a work-group's local memory. */
    long getDeviceLocalMemorySize();

    TornadoTargetDevice getPhysicalDevice();

    TornadoVMBackendType getTornadoVMBackend();
}
