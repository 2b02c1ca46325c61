package uk.ac.manchester.tornado.api;

/** The hardware behind a device. */
public interface TornadoTargetDevice {
    String getDeviceName();

    /** Lines for people, the driver's version among them. */
    String getDeviceInfo();

    long getDeviceGlobalMemorySize();

    long getDeviceLocalMemorySize();

    int getDeviceMaxComputeUnits();

    long getDeviceMaxAllocationSize();
}
