package org.tornadonn.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import tools.jackson.databind.json.JsonMapper;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Writes the rows of a module's tests to {@code target/suite.jsonl}, one JSON object a line. */
public final class Recorder implements InvocationInterceptor {
    private static final Path FILE = Path.of(Row.FILE);
    private static boolean begun;

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        record(invocation, method);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        record(invocation, method);
    }

    private static void record(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method)
            throws Throwable {
        Recorded recorded = method.getExecutable().getAnnotation(Recorded.class);
        String subject =
                MessageFormat.format(recorded.subject(), method.getArguments().toArray());
        TornadoDevice device = method.getArguments().stream()
                .filter(TornadoDevice.class::isInstance)
                .map(TornadoDevice.class::cast)
                .findFirst()
                .orElseGet(() -> TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice());
        try {
            invocation.proceed();
        } catch (Throwable e) {
            write(subject, recorded.part(), device, Outcome.WRONG, e.toString(), false, "");
            throw e;
        }
        write(subject, recorded.part(), device, Outcome.PASSED, "", true, "");
    }

    /** Adds a row of this engine. */
    public static synchronized void write(
            String subject,
            String part,
            TornadoDevice device,
            Outcome outcome,
            String note,
            boolean expected,
            String thread) {
        String name = device.getTornadoVMBackend() + " "
                + device.getPhysicalDevice().getDeviceName().strip();
        Row row = new Row(subject, part, engine(), name, outcome, note, expected, thread);
        try {
            Files.createDirectories(FILE.getParent());
            StandardOpenOption mode = begun ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
            Files.writeString(
                    FILE, JsonMapper.shared().writeValueAsString(row) + "\n", StandardOpenOption.CREATE, mode);
            begun = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every device of every backend of the engine that runs; there is at least one. */
    public static List<TornadoDevice> devices() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        List<TornadoDevice> devices = new ArrayList<>();
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            TornadoBackend backend = runtime.getBackend(b);
            for (int d = 0; d < backend.getNumDevices(); d++) {
                devices.add(backend.getDevice(d));
            }
        }
        Assertions.assertFalse(devices.isEmpty(), "no device");
        return devices;
    }

    /** Whether the SDK's named modules run this process. */
    public static boolean sdk() {
        return TaskGraph.class.getModule().isNamed();
    }

    /** The engine that runs, which must be the one that the build was asked for. */
    private static String engine() {
        Assertions.assertEquals(System.getProperty("engine"), sdk() ? "sdk" : "embedded", "the engine");
        return sdk()
                ? "SDK "
                        + TaskGraph.class
                                .getModule()
                                .getDescriptor()
                                .rawVersion()
                                .orElse("")
                : "embedded";
    }
}
