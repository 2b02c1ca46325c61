package org.tornadonn.benchmarks.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.tornadonn.benchmarks.op.Ladders.elements;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tornadonn.benchmarks.measure.OpRun;
import org.tornadonn.engine.interpret.Counts;
import org.tornadonn.engine.runtime.Devices;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.kernels.PointwiseKernel;
import org.tornadonn.kernels.Shape;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * What every entry states against what the IR interpreter counts: bytes are those of the distinct elements that kernels of either
 * shape read and write, and operations those that kernels in lanes do, but for what is named here.
 */
@Tag("embedded")
class CountsTest {
    /** Parts of a sum over rows, each added once more. */
    private static final int PARTS = 64;

    /** Rows of queries and columns of keys that attention takes at a time. */
    private static final int QUERIES = 8;

    private static final int KEYS = 16;

    /**
     * A pass at a size of whole vectors.
     *
     * @param more operations of the kernels than stated
     * @param tolerance as a share of the stated operations: for each row the lanes of a sum are added and a few numbers made of it
     * @param traffic how many times the stated bytes all loads and stores together may be
     */
    private record Case(int[] size, ToDoubleFunction<int[]> more, double tolerance, double traffic) {}

    private final Map<String, Case> cases = new LinkedHashMap<>();

    private static int[] size(int... axes) {
        return axes;
    }

    private void put(String pass, int[] size, double tolerance, double traffic, ToDoubleFunction<int[]> more) {
        cases.put(pass, new Case(size, more, tolerance, traffic));
    }

    private CountsTest() {
        // An elementary function counts as one; these are computed by so many more.
        double tanh = cost(PointwiseKernel.Function.TANH) - 1;
        double erf = cost(PointwiseKernel.Function.ERF) - 1;
        int[] rows = size(64, 256);
        // Of bytes the halves of the tensors are stated where they are in 16 bits, the same of what is in float.
        for (String type : List.of("", "-float16", "-bfloat16")) {
            double less = type.isEmpty() ? 1 : 1.6;
            // The differences are computed again for the output; x̂ and g again for dX, and a residual's gradient is
            // added
            // with
            // the factor 0.
            put("layernorm" + type + " forward", rows, 0.03, 3 * less, s -> elements(s));
            put("layernorm" + type + " backward", rows, 0.03, 5.5 * less, s -> 5 * elements(s) + 2 * PARTS * s[1]);
            // The squares of the last of 32 rows, which are a work-item's, are summed twice.
            put("rmsnorm" + type + " forward", rows, 0.03, 2.1 * less, s -> elements(s) / 16.0);
            put("rmsnorm" + type + " backward", rows, 0.03, 4.2 * less, s -> 3 * elements(s) + PARTS * s[1]);
            // A shift and its gradient, 0 for DyT; a residual's gradient with the factor 0.
            put("dyt" + type + " forward", rows, 0.03, 2 * less, s -> (tanh + 1) * elements(s));
            put("dyt" + type + " backward", rows, 0.03, 4.5 * less, s -> (tanh + 4) * elements(s) + 2 * PARTS * s[1]);
        }
        put("derf forward", rows, 0.03, 2, s -> erf * elements(s));
        put("derf backward", rows, 0.03, 4.5, s -> (erf + 2) * elements(s) + 2 * PARTS * s[1]);
        // A maximum is made of comparisons, which are not counted.
        put("softmax forward", rows, 0.03, 2.6, s -> -elements(s));
        put("softmax backward", rows, 0.03, 1.7, s -> 0);
        put("gelu forward", rows, 0, 1.1, s -> erf * elements(s));
        // Its factor is one rational function of 26 operations, in place of erf, exp and what joins them.
        double slope = 26 - 10;
        put("gelu backward", rows, 0, 1.1, s -> slope * elements(s));
        put("bias backward", rows, 0, 3.1, s -> PARTS * s[1]);
        put("layerscale backward", rows, 0.03, 1.1, s -> 0);
        // Panels of b are read for each block of rows, rows of a for each of columns.
        int[] products = size(32, 64, 32);
        for (String pass : List.of("forward NT", "input NN", "weight TN")) {
            put("matmul " + pass, products, 0, 2.5, s -> 0);
        }
        for (String type : List.of("-float16", "-bfloat16")) {
            // The sums stand in float before they are rounded, which is a sum of one part.
            put("matmul" + type + " forward NT", products, 0, 4.2, s -> s[0] * s[2]);
            put("matmul" + type + " input NN", products, 0, 4.2, s -> s[0] * s[1]);
            put("matmul" + type + " weight TN", products, 0, 4.2, s -> s[1] * s[2]);
        }
        put("linear bias, residual", products, 0, 2.3, s -> 0);
        put("linear bias, scale, factors, residual", products, 0, 2.4, s -> 0);
        put("linear bias, gelu", products, 0, 2.3, s -> erf * s[0] * s[2]);
        put("linear input, gelu's gradient", products, 0, 2.1, s -> slope * s[0] * s[1]);
        for (String pass : List.of("NN", "NT", "TN")) {
            put("batchedmatmul " + pass, size(2, 32, 32, 32), 0, 2.1, s -> 0);
        }
        // Queries are read for each block of keys, keys and values for each of queries.
        int[] heads = size(1, 32, 2, 32);
        put("attention forward", heads, 0.01, 9, s -> 0);
        put("attention backward", heads, 0.01, 8, s -> 0);
        // Whole tiles are computed: scores of whole blocks of keys, products with as many keys as the block of queries
        // needs.
        put("causalattention forward", heads, 0.02, 6, s -> tiles(s, 2L * s[3] + 5, 2L * s[3]));
        put("causalattention backward", heads, 0.01, 5.5, s -> tiles(s, 4L * s[3] + 6, 6L * s[3]));
        // Taps beside the image are multiplied with zeros; the taps are laid out anew. A bias is what the sums begin
        // with.
        int[] maps = size(2, 8, 32);
        put("depthwise forward", maps, 0.01, 4.1, s -> 2L * s[0] * s[2] * missed(s[1], 7) - s[0] * s[1] * s[1] * s[2]);
        put("depthwise input", maps, 0.01, 4.1, s -> 2L * s[0] * s[2] * missed(s[1], 7));
        // Each row of seven taps is computed as eight; the parts of the sums.
        put("depthwise weight", maps, 0.01, 14, s -> 2L * s[0] * s[2] * missed(s[1], 8) + 50L * s[0] * s[2]);
        int[] sequences = size(8, 16, 64);
        put("droppath backward", sequences, 0, 1.1, s -> 0);
        // The random number is made of integers, and compared, which are not counted.
        put("dropout forward", rows, 0, 1.1, s -> -elements(s));
        // 1 - κ for each vector.
        put("mix forward", size(4, 3, 16), 0, 1.1, s -> elements(s) * s[2] / 16.0);
        put("patches unfold", size(2, 4, 16, 4), 0, 1.1, s -> 0);
        put("patches fold", size(2, 4, 16, 4), 0, 1.1, s -> 0);
        put("tokens forward", sequences, 0, 2, s -> 0);
        // dCls, which is a row of dPos, is summed again.
        put("tokens backward", sequences, 0, 1.6, s -> s[0] * s[2]);
        put("pool forward", sequences, 0, 1.1, s -> 0);
        put("pool backward", sequences, 0.03, 2, s -> 0);
        // Likewise of logits and targets; 1 - ε for each vector. The exponentials are kept where the gradient goes.
        put("crossentropy forward+backward", size(16, 256), 0.03, 3.1, s -> elements(s) / 16.0 - 2 * elements(s));
        int[] parameters = size(4096);
        put("accumulate add", parameters, 0, 1.1, s -> 0);
        put("gradientnorm norm", parameters, 0.01, 2.1, s -> 0);
        // 1 - β1 and 1 - β2 for each vector.
        put("adamw update", parameters, 0.001, 1.1, s -> elements(s) / 8.0);
        put("adamw update, average", parameters, 0.001, 1.1, s -> elements(s) / 8.0);
    }

    /** Operations of tiles of eight queries less those of the scores that count, whose keys are those before the query and itself. */
    private static double tiles(int[] s, long perScore, long perKey) {
        long done = 0;
        for (int first = 0; first < s[1]; first += QUERIES) {
            int reach = first + QUERIES;
            done += QUERIES * (perScore * ((reach + KEYS - 1) / KEYS * KEYS) + perKey * reach);
        }
        return s[0] * s[2] * (done - (perScore + perKey) * s[1] * (s[1] + 1) / 2.0);
    }

    /** Taps that a kernel multiplies beside the image: it knows those above and below, but computes {@code wide} of each row. */
    private static long missed(int side, int wide) {
        return DepthwiseConvOp.taps(side) * side * wide - DepthwiseConvOp.taps(side) * DepthwiseConvOp.taps(side);
    }

    /** Operations of a function, as what it has more than the identity. */
    private static double cost(PointwiseKernel.Function f) {
        return (pointwise(f) - pointwise(PointwiseKernel.Function.IDENTITY)) / 16.0;
    }

    private static long pointwise(PointwiseKernel.Function f) {
        Op.Pass pass = new Op.Pass(f.name(), _ -> 0, _ -> 0, (o, _) -> {
            Slice x = o.normal(16);
            Slice gamma = o.normal(16);
            Slice y = o.output(16);
            return new Op.Work(
                    s -> PointwiseKernel.forward(s, "f", f, y, x, null, null, gamma, gamma, 1, 16),
                    e -> e.within("y", y, 0, 0, 100));
        });
        return run(Shape.LANES, pass, size()).counts().operations();
    }

    /** @param distinct bytes of the operands' distinct elements, read and written */
    private record Counted(Counts counts, long distinct) {}

    private static Counted run(Shape shape, Op.Pass pass, int[] size) {
        List<OpRun> runs = new ArrayList<>();
        Counts counts = Devices.runtime()
                .interpreter()
                .count(() -> runs.add(new OpRun(DeviceChoice.all().getLast(), shape, pass, size)));
        try (OpRun run = runs.getFirst()) {
            Set<Object> operands = Collections.newSetFromMap(new IdentityHashMap<>());
            Collections.addAll(operands, run.operands().inputs());
            Collections.addAll(operands, run.operands().outputs());
            long distinct = operands.stream()
                    .mapToLong(a ->
                            counts.of(((TornadoNativeArray) a).getSegment()).distinctBytes())
                    .sum();
            return new Counted(counts, distinct);
        }
    }

    /** What is wrong with a statement, or null. */
    private static String fault(String name, Op.Pass pass, Case c) {
        Counted counted = run(Shape.LANES, pass, c.size());
        String where = name + " " + Op.shape(c.size()) + ": ";
        long bytes = pass.bytes().applyAsLong(c.size());
        if (counted.distinct() != bytes) {
            return where + bytes + " bytes stated, " + counted.distinct() + " counted";
        }
        long moved = counted.counts().bytes();
        if (moved > c.traffic() * bytes) {
            return where + "loads and stores are " + moved / (double) bytes + " times the stated bytes";
        }
        long stated = pass.operations().applyAsLong(c.size());
        double more = c.more().applyAsDouble(c.size());
        long operations = counted.counts().operations();
        if (Math.abs(operations - stated - more) > c.tolerance() * stated) {
            return where + stated + " operations stated, and " + more + " more that the kernel is known to do; "
                    + operations + " counted";
        }
        return null;
    }

    @Test
    void statementsAreWhatIsCounted() {
        Set<String> left = new HashSet<>(cases.keySet());
        List<String> faults = new ArrayList<>();
        for (Op op : OpList.ALL) {
            for (Op.Pass pass : op.passes()) {
                String name = op.name() + " " + pass.name();
                assertTrue(left.remove(name), "no case for " + name);
                String fault = fault(name, pass, cases.get(name));
                if (fault != null) {
                    faults.add(fault);
                }
            }
        }
        assertEquals(Set.of(), left, "cases without an op");
        assertEquals(List.of(), faults);
    }

    /** Sizes that are no multiples of anything. */
    @ParameterizedTest
    @EnumSource(Shape.class)
    void bytesAreThoseOfDistinctElements(Shape shape) {
        for (Op op : OpList.ALL) {
            for (Op.Pass pass : op.passes()) {
                for (int[] size : op.sizes().tiny()) {
                    assertEquals(
                            pass.bytes().applyAsLong(size),
                            run(shape, pass, size).distinct(),
                            op.name() + " " + pass.name() + " " + Op.shape(size));
                }
            }
        }
    }

    @Test
    void wrongStatementsAreFound() {
        Op.Pass right = OpList.of("layernorm").pass("backward");
        Case c = cases.get("layernorm backward");
        for (Op.Pass wrong : List.of(
                new Op.Pass("", s -> right.bytes().applyAsLong(s) + 4, right.operations(), right.work()),
                new Op.Pass("", right.bytes(), s -> right.operations().applyAsLong(s) + elements(s), right.work()),
                new Op.Pass("", right.bytes(), s -> right.operations().applyAsLong(s) - elements(s), right.work()))) {
            assertNotNull(fault("wrong", wrong, c));
        }
        assertNotNull(fault("wrong", right, new Case(c.size(), c.more(), c.tolerance(), 2)), "too much traffic");
    }
}
