package org.tornadonn.engine.runtime;

import org.tornadonn.engine.Device;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** An engine device as the API shows it. */
record RuntimeDevice(Device device, TornadoVMBackendType backend) implements TornadoDevice, TornadoTargetDevice {
    @Override
    public String getDeviceName() {
        return device.info().name();
    }

    @Override
    public String getDescription() {
        return getDeviceName() + " (" + getPlatformName() + ")";
    }

    @Override
    public String getPlatformName() {
        return device.info().platform();
    }

    @Override
    public TornadoDeviceType getDeviceType() {
        return device.info().cpu() ? TornadoDeviceType.CPU : TornadoDeviceType.GPU;
    }

    @Override
    public long getMaxAllocMemory() {
        return device.info().maxAllocation();
    }

    @Override
    public long getMaxGlobalMemory() {
        return device.info().memory();
    }

    @Override
    public long getDeviceLocalMemorySize() {
        return device.info().localMemory();
    }

    @Override
    public TornadoTargetDevice getPhysicalDevice() {
        return this;
    }

    @Override
    public TornadoVMBackendType getTornadoVMBackend() {
        return backend;
    }

    @Override
    public String getDeviceInfo() {
        return getDescription() + "\nDriver version: " + device.info().version() + "\n";
    }

    @Override
    public long getDeviceGlobalMemorySize() {
        return device.info().memory();
    }

    @Override
    public int getDeviceMaxComputeUnits() {
        return device.info().computeUnits();
    }

    @Override
    public long getDeviceMaxAllocationSize() {
        return device.info().maxAllocation();
    }

    @Override
    public String toString() {
        return getDescription();
    }
}
