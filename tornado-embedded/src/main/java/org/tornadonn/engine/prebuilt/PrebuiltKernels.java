package org.tornadonn.engine.prebuilt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tornadonn.engine.DeviceInfo;
import org.tornadonn.engine.emit.KernelWriter;
import org.tornadonn.engine.ir.Kernel;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A folder of exported kernels and of the binaries that an offline compiler made of them. A binary holds one kernel or many; a
 * file {@code NAME.built} beside it, as sha256sum writes it, lists the sources it was built from and in its last line the binary.
 */
public record PrebuiltKernels(Path folder) {
    private static final String BUILD = "Build it with ./fpga.sh (docs/fpga.md).";
    private static final String EXPORT = "Export the kernels again by the same command with --export, and build them"
            + " (docs/fpga.md); with --prebuilt nothing is compiled.";

    /** The files of a .built and their SHA-256, the binary last. */
    private record Built(Path binary, String sha256, Map<String, String> sources) {}

    /** What {@code -Dtornadonn.prebuilt=FOLDER} asks for. */
    public static Optional<PrebuiltKernels> wanted() {
        return Optional.ofNullable(System.getProperty("tornadonn.prebuilt")).map(f -> new PrebuiltKernels(Path.of(f)));
    }

    private Manifest manifest() {
        return Manifest.read(folder)
                .orElseThrow(() -> new TornadoRuntimeException(
                        folder + " holds no exported kernels: no manifest.json. " + EXPORT));
    }

    /**
     * The binary that holds a kernel.
     *
     * @throws TornadoRuntimeException where the kernel is missing, the source or the binary is stale, for another device, or damaged
     */
    public Path find(Kernel kernel, DeviceInfo device) {
        Manifest manifest = manifest();
        if (!manifest.device().equals(device.name())) {
            throw new TornadoRuntimeException("The prebuilt kernels in " + folder + " are for the device "
                    + manifest.device() + ", and this is " + device.name() + ". Choose that device with --device, or"
                    + " export the kernels for this one.");
        }
        String name = kernel.name();
        Manifest.Entry entry = manifest.kernels().get(name);
        if (entry == null) {
            throw new TornadoRuntimeException(
                    "Kernel " + name + " is not among the prebuilt ones in " + folder + ". " + EXPORT);
        }
        String source = Manifest.sha256(KernelWriter.openCl(kernel));
        if (!entry.sha256().equals(source)) {
            throw new TornadoRuntimeException("The prebuilt kernel " + name + " in " + folder
                    + " is stale: its source is another now. " + EXPORT);
        }
        List<Built> holders = built().stream()
                .filter(b -> b.sources().containsKey(name + ".cl"))
                .toList();
        if (holders.isEmpty()) {
            throw new TornadoRuntimeException("There is no binary of kernel " + name + " in " + folder + ". " + BUILD);
        }
        Built holder = holders.stream()
                .filter(b -> source.equals(b.sources().get(name + ".cl")))
                .findFirst()
                .orElseThrow(() -> new TornadoRuntimeException("The binary "
                        + holders.getFirst().binary() + " of kernel " + name + " was built from an older source. "
                        + BUILD));
        if (!intact(holder)) {
            throw new TornadoRuntimeException(
                    "The binary " + holder.binary() + " of kernel " + name
                            + " is damaged: it is not the file that was built. Copy it again, or build it anew with ./fpga.sh.");
        }
        return holder.binary();
    }

    private static boolean intact(Built built) {
        try {
            return Manifest.sha256(Files.readAllBytes(built.binary())).equals(built.sha256());
        } catch (IOException _) {
            return false;
        }
    }

    private List<Built> built() {
        List<Built> built = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".built")).sorted().toList()) {
                Map<String, String> hashes = new LinkedHashMap<>();
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split("[ *]+", 2);
                    hashes.put(words[words.length - 1], words[0]);
                }
                if (!hashes.isEmpty()) {
                    String binary = hashes.keySet().stream().toList().getLast();
                    built.add(new Built(folder.resolve(binary), hashes.remove(binary), hashes));
                }
            }
        } catch (IOException e) {
            throw new TornadoRuntimeException("The folder " + folder + " cannot be read: " + e.getMessage());
        }
        return built;
    }
}
