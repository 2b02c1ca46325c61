package org.tornadonn.engine.opencl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compiles a file of OpenCL C to the program binary of a device with that device's own driver: an offline compiler for every
 * device whose driver compiles, such as PoCL's.
 */
public final class OfflineCompiler {
    private OfflineCompiler() {}

    /** Arguments: the device's name, the source, the binary to write. */
    public static void main(String[] args) throws IOException {
        String name = args[0];
        OpenClDevice device = OpenClDevice.all().stream()
                .filter(d -> d.info().name().equals(name))
                .findFirst()
                .orElse(null);
        if (device == null) {
            System.err.println("The kernels are for the device " + name + ", which OpenCL does not find here.");
            System.exit(1);
        }
        Files.write(Path.of(args[2]), device.build(Files.readString(Path.of(args[1]))));
    }
}
