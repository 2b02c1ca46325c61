package org.tornadonn.benchmarks.peer;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * cuBLAS as a contender for products: a library task of TornadoVM's module tornado.cublas, which an SDK with the CUDA backend has.
 * It is found by its name, for the module is in no registry. cublasSgemm takes whole arrays and no offsets; models, whose
 * parameters lie in one array, cannot use it.
 */
public final class CuBlasPeer implements Peer {
    private static final String CUBLAS = "uk.ac.manchester.tornado.cublas.CuBlas";
    private static final String TASK = "uk.ac.manchester.tornado.api.common.TornadoFunctions$LibraryTask13";
    private static final int AS_IT_IS = 0;
    private static final int TRANSPOSED = 1;

    private final TornadoDevice device;

    public CuBlasPeer(TornadoDevice device) {
        this.device = device;
    }

    /** Whether the engine that runs has the module. */
    public static boolean present() {
        try {
            Class.forName(CUBLAS);
            return true;
        } catch (ClassNotFoundException _) {
            return false;
        }
    }

    @Override
    public String name() {
        return "cuBLAS";
    }

    @Override
    public boolean runsOn(TornadoDevice other) {
        return other.equals(device);
    }

    @Override
    public boolean takes(Duel duel) {
        return duel.op().equals("matmul") && duel.pass().equals(Duel.FORWARD);
    }

    @Override
    public Prepared prepare(Duel duel) {
        FloatArray x = FloatArray.fromArray(duel.x());
        FloatArray w = FloatArray.fromArray(duel.w());
        FloatArray y = new FloatArray(duel.rows() * duel.out());
        TaskGraph graph = new TaskGraph("cublas").transferToDevice(DataTransferMode.FIRST_EXECUTION, x, w);
        add(graph, sgemm(duel.rows(), duel.channels(), duel.out(), x, w, y));
        graph.transferToHost(DataTransferMode.UNDER_DEMAND, y);
        TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
        plan.withDevice(device);
        return new Launches(plan, y, device);
    }

    /**
     * The arguments of cublasSgemm for y [rows, out] = x [rows, in] wᵀ with w [out, in]. cuBLAS stores by columns, so to it these are
     * yᵀ, xᵀ and wᵀ: yᵀ [out, rows] = w xᵀ.
     */
    static Object[] sgemm(int rows, int in, int out, Object x, Object w, Object y) {
        return new Object[] {TRANSPOSED, AS_IT_IS, out, rows, in, 1f, w, in, x, in, 0f, y, out};
    }

    /** {@code graph.libraryTask("sgemm", CuBlas::cublasSgemm, arguments...)} */
    private static void add(TaskGraph graph, Object[] arguments) {
        try {
            Class<?> type = Class.forName(TASK);
            Method sgemm = Arrays.stream(Class.forName(CUBLAS).getMethods())
                    .filter(m -> m.getName().equals("cublasSgemm"))
                    .findFirst()
                    .orElseThrow(() -> new NoSuchMethodException(CUBLAS + ".cublasSgemm"));
            Object task = Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (_, _, given) -> sgemm.invoke(null, given));
            Class<?>[] parameters = new Class<?>[2 + arguments.length];
            Arrays.fill(parameters, Object.class);
            parameters[0] = String.class;
            parameters[1] = type;
            Object[] all = new Object[parameters.length];
            all[0] = "sgemm";
            all[1] = task;
            System.arraycopy(arguments, 0, all, 2, arguments.length);
            TaskGraph.class.getMethod("libraryTask", parameters).invoke(graph, all);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("cuBLAS: " + e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cuBLAS: this TornadoVM has no " + e.getMessage(), e);
        }
    }
}
