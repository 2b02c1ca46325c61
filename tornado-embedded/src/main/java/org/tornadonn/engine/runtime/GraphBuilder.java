package org.tornadonn.engine.runtime;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tornadonn.engine.compile.KernelCompiler;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.ir.Param;
import org.tornadonn.engine.ir.Storage;
import org.tornadonn.engine.read.MethodReference;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.BFloat16Array;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Collects the tasks and transfers of a graph, and refuses at once what cannot work. */
public final class GraphBuilder {
    private final String name;
    private final List<GraphDefinition.Task> tasks = new ArrayList<>();
    private final Set<TornadoNativeArray> first = identitySet();
    private final Set<TornadoNativeArray> every = identitySet();
    private final Set<TornadoNativeArray> down = identitySet();
    private final Set<TornadoNativeArray> demand = identitySet();
    private final Set<TornadoNativeArray> persisted = identitySet();
    private final List<GraphDefinition.Consumption> consumed = new ArrayList<>();

    public GraphBuilder(String name) {
        this.name = name;
    }

    private static Set<TornadoNativeArray> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    public String name() {
        return name;
    }

    public void toDevice(int mode, Object... arrays) {
        for (Object array : arrays) {
            (mode == DataTransferMode.EVERY_EXECUTION ? every : first).add(array("transferToDevice", array));
        }
    }

    public void toHost(int mode, Object... arrays) {
        for (Object array : arrays) {
            (mode == DataTransferMode.EVERY_EXECUTION ? down : demand).add(array("transferToHost", array));
        }
    }

    public void persist(Object... arrays) {
        for (Object array : arrays) {
            persisted.add(array("persistOnDevice", array));
            demand.add((TornadoNativeArray) array);
        }
    }

    public void consume(String graph, Object... arrays) {
        for (Object array : arrays) {
            consumed.add(new GraphDefinition.Consumption(graph, array("consumeFromDevice", array)));
        }
    }

    private TornadoNativeArray array(String call, Object array) {
        if (array instanceof TornadoNativeArray checked) {
            return checked;
        }
        throw new TornadoTaskRuntimeException(
                call + " of graph " + name + " takes arrays such as FloatArray and IntArray, not "
                        + (array == null ? "null" : array.getClass().getSimpleName()) + ".");
    }

    public void task(String id, Serializable code, Object... arguments) {
        if (tasks.stream().anyMatch(t -> t.id().equals(id))) {
            throw new TornadoTaskRuntimeException("Graph " + name + " has a task " + id + " already.");
        }
        Kernel kernel = KernelCompiler.read(MethodReference.of(code));
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            if (!fits(kernel.params().get(i), arguments[i])) {
                throw new TornadoTaskRuntimeException("Task " + name + "." + id + ": argument " + (i + 1) + " ("
                        + kernel.params().get(i).name() + ") cannot be "
                        + (arguments[i] == null
                                ? "null"
                                : arguments[i].getClass().getSimpleName()) + ".");
            }
            values[i] = arguments[i] instanceof KernelContext ? null : arguments[i];
        }
        checkOrder(id, kernel, values);
        tasks.add(new GraphDefinition.Task(id, kernel, values));
    }

    /** TornadoVM waits for ever where a task reads an array at a parameter behind the one that writes it. */
    private void checkOrder(String id, Kernel kernel, Object[] values) {
        Set<Storage> written = kernel.written();
        for (int i = 0; i < values.length; i++) {
            if (!(kernel.params().get(i) instanceof Param.Array(var storage)) || !written.contains(storage)) {
                continue;
            }
            for (int j = i + 1; j < values.length; j++) {
                if (values[j] == values[i]) {
                    throw new TornadoTaskRuntimeException("Task " + name + "." + id + " writes an array at parameter "
                            + kernel.params().get(i).name() + " and gets it again at "
                            + kernel.params().get(j).name() + "; TornadoVM waits for ever on that. Put what is read"
                            + " before what is written, or use two arrays.");
                }
            }
        }
    }

    private static boolean fits(Param param, Object argument) {
        return switch (param) {
            case Param.Context _ -> argument instanceof KernelContext;
            case Param.Value v ->
                switch (v.type().scalar()) {
                    case I32 -> argument instanceof Integer;
                    case I64 -> argument instanceof Long;
                    case F32 -> argument instanceof Float;
                    case F64 -> argument instanceof Double;
                    case BOOL, I8, I16, F16, BF16 -> false;
                };
            case Param.Array a ->
                switch (a.storage().element()) {
                    case F32 -> argument instanceof FloatArray;
                    case I32 -> argument instanceof IntArray;
                    case F64 -> argument instanceof DoubleArray;
                    case I64 -> argument instanceof LongArray;
                    case F16 -> argument instanceof HalfFloatArray;
                    case BF16 -> argument instanceof BFloat16Array;
                    case BOOL, I8, I16 -> false;
                };
        };
    }

    /** Every array the graph mentions. */
    public Set<Object> arrays() {
        Set<Object> arrays = new LinkedHashSet<>();
        for (GraphDefinition.Task task : tasks) {
            for (Object argument : task.arguments()) {
                if (argument instanceof TornadoNativeArray) {
                    arrays.add(argument);
                }
            }
        }
        arrays.addAll(first);
        arrays.addAll(every);
        arrays.addAll(down);
        return arrays;
    }

    public GraphDefinition build() {
        return new GraphDefinition(
                name, List.copyOf(tasks), first, every, down, demand, persisted, List.copyOf(consumed));
    }
}
