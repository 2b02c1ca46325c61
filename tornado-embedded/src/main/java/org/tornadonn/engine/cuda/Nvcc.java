package org.tornadonn.engine.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** The compiler of a CUDA toolkit. */
record Nvcc(Path command) implements PtxCompiler {
    static Optional<Nvcc> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, "nvcc"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Nvcc::new);
    }

    @Override
    public String compile(String source, String architecture) {
        try {
            Path folder = Files.createTempDirectory("nvcc");
            Path in = folder.resolve("kernel.cu");
            Path out = folder.resolve("kernel.ptx");
            try {
                Files.writeString(in, source);
                Process process = new ProcessBuilder(
                                command.toString(),
                                "-ptx",
                                "-w",
                                "-arch=" + architecture,
                                "-o",
                                out.toString(),
                                in.toString())
                        .redirectErrorStream(true)
                        .start();
                String log = new String(process.getInputStream().readAllBytes());
                if (process.waitFor() != 0) {
                    throw new TornadoRuntimeException("nvcc failed:\n" + log.strip());
                }
                return Files.readString(out);
            } finally {
                Files.deleteIfExists(in);
                Files.deleteIfExists(out);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new TornadoRuntimeException(command + " cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TornadoRuntimeException("nvcc was interrupted.");
        }
    }
}
