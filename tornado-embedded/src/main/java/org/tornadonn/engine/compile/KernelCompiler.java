package org.tornadonn.engine.compile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.tornadonn.engine.Device;
import org.tornadonn.engine.ir.Expr;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Stmt;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.ir.Trees;
import org.tornadonn.engine.pass.Lowered;
import org.tornadonn.engine.pass.Pipeline;
import org.tornadonn.engine.pass.Specialization;
import org.tornadonn.engine.read.BytecodeReader;
import org.tornadonn.engine.read.MethodReference;

/** One compilation per kernel, specialisation and device in a process, whatever the number of tasks and plans. */
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
     * @param arguments of the method; a local array's size is made of scalars among them, which become constants
     * @param aliases as in {@link Specialization}
     */
    public static Compiled compile(Kernel kernel, Object[] arguments, List<Integer> aliases, Device device) {
        Map<Integer, Object> folded = new HashMap<>();
        for (int index : sizeParameters(kernel)) {
            folded.put(index, arguments[index]);
        }
        Specialization specialization =
                new Specialization(folded, aliases, device.info().cpu());
        return COMPILED.computeIfAbsent(device, _ -> new ConcurrentHashMap<>())
                .computeIfAbsent(new Key(kernel, specialization), k -> {
                    COMPILATIONS.incrementAndGet();
                    Lowered lowered = Pipeline.lower(k.kernel(), k.specialization());
                    return new Compiled(device.compile(lowered.kernel()), lowered.extents());
                });
    }

    /** How many kernels this process has compiled. */
    public static int compilations() {
        return COMPILATIONS.get();
    }

    private static Set<Integer> sizeParameters(Kernel kernel) {
        Set<Integer> indices = new TreeSet<>();
        kernel.blocks().forEach(b -> {
            Trees.visit(b, e -> {
                if (e instanceof Expr.Load(var _, Storage.Local l, Expr _)) {
                    collect(l, indices);
                }
            });
            b.body().forEach(s -> {
                if (s instanceof Stmt.Store(Storage.Local l, Expr _, Expr _)) {
                    collect(l, indices);
                } else if (s instanceof Stmt.AtomicAdd(Storage.Local l, Expr _, Expr _)) {
                    collect(l, indices);
                }
            });
        });
        return indices;
    }

    private static void collect(Storage.Local local, Set<Integer> indices) {
        Trees.visit(local.length(), e -> {
            if (e instanceof Expr.Argument(var param)) {
                indices.add(param.index());
            }
        });
    }
}
