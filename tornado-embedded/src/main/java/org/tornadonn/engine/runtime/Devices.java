package org.tornadonn.engine.runtime;

import java.util.ArrayList;
import java.util.List;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.cuda.CudaDevice;
import org.tornadonn.engine.interpret.InterpreterDevice;
import org.tornadonn.engine.opencl.OpenClDevice;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound;

/** The devices of this process, found once: those of OpenCL, then those of CUDA, and last the interpreter, which is never the default. */
public final class Devices implements TornadoRuntime {
    private record Backend(String getName, TornadoVMBackendType getBackendType, List<TornadoDevice> getAllDevices)
            implements TornadoBackend {
        @Override
        public int getNumDevices() {
            return getAllDevices.size();
        }

        @Override
        public TornadoDevice getDevice(int index) {
            if (index < 0 || index >= getAllDevices.size()) {
                throw new TornadoDeviceNotFound(
                        getName + " has " + getAllDevices.size() + " devices; there is no device " + index + ".");
            }
            return getAllDevices.get(index);
        }
    }

    private static final class Holder {
        static final Devices RUNTIME = new Devices();
    }

    private final List<Backend> backends = new ArrayList<>();
    private final InterpreterDevice interpreter = new InterpreterDevice();

    private Devices() {
        add("OpenCL", TornadoVMBackendType.OPENCL, OpenClDevice.all());
        add("CUDA", TornadoVMBackendType.CUDA, CudaDevice.all());
        add("IR interpreter", TornadoVMBackendType.VIRTUAL, List.of(interpreter));
    }

    private void add(String name, TornadoVMBackendType type, List<? extends Device> devices) {
        if (!devices.isEmpty()) {
            backends.add(new Backend(
                    name,
                    type,
                    devices.stream()
                            .<TornadoDevice>map(d -> new RuntimeDevice(d, type))
                            .toList()));
        }
    }

    public static Devices runtime() {
        return Holder.RUNTIME;
    }

    /** The device that counts what kernels do. */
    public InterpreterDevice interpreter() {
        return interpreter;
    }

    @Override
    public int getNumBackends() {
        return backends.size();
    }

    @Override
    public TornadoBackend getBackend(int index) {
        if (index < 0 || index >= backends.size()) {
            throw new TornadoDeviceNotFound(
                    "There are " + backends.size() + " backends; there is no backend " + index + ".");
        }
        return backends.get(index);
    }

    @Override
    public TornadoVMBackendType getBackendType(int index) {
        return getBackend(index).getBackendType();
    }

    @Override
    public TornadoDevice getDefaultDevice() {
        return defaultDevice();
    }

    /** Of the first backend, which is OpenCL where it has devices; there the first that is no CPU. */
    RuntimeDevice defaultDevice() {
        List<RuntimeDevice> first = backends.stream()
                .filter(b -> b.getBackendType() != TornadoVMBackendType.VIRTUAL)
                .findFirst()
                .map(b -> b.getAllDevices().stream()
                        .map(RuntimeDevice.class::cast)
                        .toList())
                .orElseThrow(() -> new TornadoDeviceNotFound(
                        "No OpenCL device was found, and none of CUDA with NVRTC. Install your GPU's OpenCL driver,"
                                + " or on Debian and Ubuntu for the CPU: apt-get install ocl-icd-libopencl1 pocl-opencl-icd."
                                + " The IR interpreter runs only when it is asked for."));
        return first.stream().filter(d -> !d.device().info().cpu()).findFirst().orElse(first.getFirst());
    }
}
