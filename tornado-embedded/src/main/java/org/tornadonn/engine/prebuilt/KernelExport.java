package org.tornadonn.engine.prebuilt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tornadonn.engine.DeviceInfo;
import org.tornadonn.engine.emit.KernelWriter;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Lowered;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Storage;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Writes each kernel that the process compiles as OpenCL C into a folder, with a manifest. Kernels of earlier processes stay there.
 *
 * @param device OpenCL's name of an accelerator that need not be in this computer; null for the device that runs
 */
public record KernelExport(Path folder, String device) {
    /** What {@code -Dtornadonn.export=FOLDER} and {@code -Dtornadonn.export.for=DEVICE} ask for. */
    public static Optional<KernelExport> wanted() {
        return Optional.ofNullable(System.getProperty("tornadonn.export"))
                .map(f -> new KernelExport(Path.of(f), System.getProperty("tornadonn.export.for")));
    }

    /** Whether kernels are to be lowered for a CPU. */
    public boolean cpu(DeviceInfo running) {
        return device == null && running.cpu();
    }

    public void add(Lowered lowered, DeviceInfo running) {
        String target = device == null ? running.name() : device;
        Kernel kernel = lowered.kernel();
        Optional<Manifest> before = Manifest.read(folder);
        before.filter(m -> !m.device().equals(target)).ifPresent(m -> {
            throw new TornadoRuntimeException("The kernels in " + folder + " are for the device " + m.device()
                    + "; those for " + target + " need a folder of their own.");
        });
        Map<String, Manifest.Entry> kernels = new TreeMap<>();
        before.ifPresent(m -> kernels.putAll(m.kernels()));
        String source = KernelWriter.openCl(kernel);
        kernels.put(
                kernel.name(),
                new Manifest.Entry(
                        kernel.source(), Manifest.sha256(source), arguments(kernel), KernelWriter.extents(lowered)));
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(kernel.name() + ".cl"), source);
            new Manifest(target, cpu(running), kernels).write(folder);
        } catch (IOException e) {
            throw new TornadoRuntimeException("Kernels cannot be exported to " + folder + ": " + e.getMessage());
        }
    }

    private static Map<String, String> arguments(Kernel kernel) {
        Set<Storage> written = kernel.written();
        Map<String, String> arguments = new LinkedHashMap<>();
        for (Param param : kernel.params()) {
            switch (param) {
                case Param.Context _ -> {}
                case Param.Value v ->
                    arguments.put(v.name(), KernelWriter.openClType(v.type().scalar()));
                case Param.Array(Storage.Global g) -> {
                    arguments.put(
                            g.name(),
                            KernelWriter.openClType(g.element()) + "*, " + (written.contains(g) ? "written" : "read"));
                    arguments.put(g.name() + "_size", "int");
                }
            }
        }
        return arguments;
    }
}
