package org.tornadonn.engine.compile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Lowered;
import org.tornadonn.engine.pass.Pipeline;
import org.tornadonn.engine.pass.Specialization;
import org.tornadonn.engine.prebuilt.KernelExport;
import org.tornadonn.engine.prebuilt.PrebuiltKernels;
import org.tornadonn.engine.read.BytecodeReader;
import org.tornadonn.engine.read.MethodReference;

/**
 * One compilation per kernel, specialisation and device in a process, whatever the number of tasks and plans. With {@code
 * -Dtornadonn.export} sources are exported too; with {@code -Dtornadonn.prebuilt} binaries are loaded and nothing is compiled.
 */
public final class KernelCompiler {
    private static final Map<MethodReference, Kernel> READ = new ConcurrentHashMap<>();
    private static final Map<Device, Map<Key, Compiled>> COMPILED = new ConcurrentHashMap<>();
    private static final AtomicInteger COMPILATIONS = new AtomicInteger();

    private record Key(Kernel kernel, Specialization specialization) {}

    /** A kernel on a device. */
    public record Compiled(Device.Executable executable, List<Expr> extents) {}

    private KernelCompiler() {}

    /** The IR of a method as its bytecode has it. */
    public static Kernel read(MethodReference reference) {
        return READ.computeIfAbsent(reference, BytecodeReader::read);
    }

    /**
     * @param arguments of the method, of which {@link Pipeline#constants} become constants
     * @param aliases as in {@link Specialization}
     */
    public static Compiled compile(Kernel kernel, Object[] arguments, List<Integer> aliases, Device device) {
        Map<Integer, Object> folded = new HashMap<>();
        for (int index : Pipeline.constants(kernel)) {
            folded.put(index, arguments[index]);
        }
        Specialization specialization =
                new Specialization(folded, aliases, device.info().cpu());
        return COMPILED.computeIfAbsent(device, _ -> new ConcurrentHashMap<>())
                .computeIfAbsent(new Key(kernel, specialization), k -> {
                    KernelExport.wanted().ifPresent(e -> export(e, k, device));
                    Lowered lowered = Pipeline.lower(k.kernel(), k.specialization());
                    return new Compiled(executable(lowered.kernel(), device), lowered.extents());
                });
    }

    private static void export(KernelExport export, Key key, Device device) {
        Specialization running = key.specialization();
        Specialization target = new Specialization(running.folded(), running.aliases(), export.cpu(device.info()));
        export.add(Pipeline.lower(key.kernel(), target), device.info());
    }

    private static Device.Executable executable(Kernel kernel, Device device) {
        Optional<PrebuiltKernels> prebuilt = PrebuiltKernels.wanted();
        if (prebuilt.isPresent()) {
            return device.load(kernel, prebuilt.get().find(kernel, device.info()));
        }
        COMPILATIONS.incrementAndGet();
        return device.compile(kernel);
    }

    /** How many kernels this process has compiled; not those loaded as binaries. */
    public static int compilations() {
        return COMPILATIONS.get();
    }
}
