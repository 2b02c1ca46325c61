package org.tornadonn.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** What the figures depend on besides the device. */
public final class Machine {
    private static final Pattern DRIVER = Pattern.compile("Driver version *: *(.*\\S)");

    private Machine() {}

    /** The processor's name as the system tells it. */
    public static String cpu() {
        Path info = Path.of("/proc/cpuinfo");
        try {
            if (Files.exists(info)) {
                Optional<String> name = Files.readAllLines(info).stream()
                        .filter(l -> l.startsWith("model name"))
                        .map(l -> l.substring(l.indexOf(':') + 1).strip())
                        .findFirst();
                if (name.isPresent()) {
                    return name.get();
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // Below is another way.
        }
        String name = output("sysctl", "-n", "machdep.cpu.brand_string");
        return name == null ? System.getProperty("os.arch") : name;
    }

    /**
     * Processors that are busy during one second from now on; -1 where the system does not tell. No average of minutes, which would
     * count the engine that was measured just before.
     */
    public static double load() {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
            return -1;
        }
        try {
            system.getCpuLoad();
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        double share = system.getCpuLoad();
        return share < 0 ? -1 : share * system.getAvailableProcessors();
    }

    public static String os() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
    }

    public static String jdk() {
        return System.getProperty("java.vendor") + " " + Runtime.version();
    }

    public static String version() {
        String version = Machine.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    /** The commit that the program was built from, as far as the folder it lies in tells; null elsewhere. */
    public static String commit() {
        try {
            Path code = Path.of(Machine.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path folder = Files.isDirectory(code) ? code : code.getParent();
            return output("git", "-C", folder.toString(), "describe", "--always", "--dirty", "--match=");
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 && !text.isEmpty() ? text : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** The driver's version where the engine tells it, else null. */
    public static String driver(TornadoDevice device) {
        Matcher line = DRIVER.matcher(String.valueOf(device.getPhysicalDevice().getDeviceInfo()));
        return line.find() ? line.group(1) : null;
    }
}
