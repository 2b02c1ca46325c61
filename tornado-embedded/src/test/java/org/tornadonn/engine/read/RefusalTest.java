package org.tornadonn.engine.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.engine.ir.Kernel;
import org.tornadonn.engine.pass.Pipeline;
import org.tornadonn.engine.pass.Specialization;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task1;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Every refusal has a kernel that meets it, and says where and what to do. */
@Tag("embedded")
class RefusalTest {
    private static final Map<Refusal, List<Serializable>> KERNELS = new EnumMap<>(Refusal.class);

    private static void put1(Refusal refusal, Task1<FloatArray> kernel) {
        KERNELS.put(refusal, List.of(kernel));
    }

    static {
        float captured = Refused.mutable;
        put1(Refusal.NOT_A_METHOD_REFERENCE, y -> y.set(0, captured));
        Task2<FloatArray, Boolean> flag = Refused::kBoolean;
        KERNELS.put(Refusal.PARAMETER_TYPE, List.of(flag));
        put1(Refusal.METHOD_CALL, Refused::kLibrary);
        put1(Refusal.RECURSION, Refused::kRecursion);
        put1(Refusal.OBJECT, Refused::kObject);
        put1(Refusal.STATIC_FIELD, Refused::kStatic);
        Task2<FloatArray, Integer> size = Refused::kSize;
        KERNELS.put(Refusal.ARRAY_SIZE, List.of(size));
        Task2<FloatArray, FloatArray> variable = Refused::kArrayVariable;
        KERNELS.put(Refusal.ARRAY_VARIABLE, List.of(variable));
        put1(Refusal.EXCEPTION, Refused::kThrow);
        Task1<FloatArray> step = Refused::kParallelStep;
        Task2<FloatArray, IntArray> bound = Refused::kLostBound;
        Task1<FloatArray> mixed = Refused::kMixedNesting;
        KERNELS.put(Refusal.PARALLEL_LOOP, List.of(step, bound, mixed));
        Task2<FloatArray, KernelContext> monitor = Refused::kInstruction;
        KERNELS.put(Refusal.INSTRUCTION, List.of(monitor));
    }

    @ParameterizedTest
    @EnumSource(value = Refusal.class, mode = EnumSource.Mode.EXCLUDE, names = "CLASS_FILE_MISSING")
    void isMet(Refusal refusal) {
        assertTrue(KERNELS.containsKey(refusal), "no kernel for " + refusal);
        for (Serializable kernel : KERNELS.get(refusal)) {
            RefusedException e = assertThrows(RefusedException.class, () -> compile(kernel));
            assertEquals(refusal, e.refusal(), e.getMessage());
            assertTrue(e.getMessage().contains(refusal.remedy()), e.getMessage());
            assertTrue(e.getMessage().contains("Refus"), "names the class: " + e.getMessage());
        }
    }

    private static void compile(Serializable code) {
        Kernel kernel = BytecodeReader.read(MethodReference.of(code));
        List<Integer> aliases =
                IntStream.range(0, kernel.params().size()).boxed().toList();
        Pipeline.lower(kernel, new Specialization(Map.of(), aliases, true));
    }
}
