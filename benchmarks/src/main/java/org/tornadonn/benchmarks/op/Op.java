package org.tornadonn.benchmarks.op;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tornadonn.kernels.Stage;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/**
 * An op as the benchmark sees it.
 *
 * @param name what people type
 * @param axes what the numbers of a size mean
 * @param passes forward, backward, or what the op has
 */
public record Op(String name, String axes, Sizes sizes, List<Pass> passes) {
    /** How long a run may take: a test, a minute, some minutes. */
    public enum Effort {
        TINY,
        QUICK,
        FULL;

        /** Whether the sizes that two cores need seconds for are joined by larger ones: they fit in the caches of a large GPU. */
        public boolean large(TornadoDevice device) {
            return this != TINY
                    && device.getDeviceType() == TornadoDeviceType.GPU
                    && device.getMaxGlobalMemory() > 8L << 30;
        }
    }

    /**
     * The ladder of sizes for each effort.
     *
     * @param large further ones where the effort and the device are {@link Effort#large}
     */
    public record Sizes(List<int[]> tiny, List<int[]> quick, List<int[]> full, List<int[]> large) {
        public List<int[]> of(Effort effort, TornadoDevice device) {
            return effort.large(device)
                    ? Stream.concat(of(effort).stream(), large.stream()).toList()
                    : of(effort);
        }

        public List<int[]> of(Effort effort) {
            return switch (effort) {
                case TINY -> tiny;
                case QUICK -> quick;
                case FULL -> full;
            };
        }
    }

    /**
     * One direction of an op, as one launch of its tasks.
     *
     * @param bytes what must be moved at least: every input read once, every output written once
     * @param operations additions, multiplications and the like that the result needs; an elementary function counts as one, however it
     *     is computed
     */
    public record Pass(
            String name,
            ToLongFunction<int[]> bytes,
            ToLongFunction<int[]> operations,
            BiFunction<Operands, int[], Work> work) {}

    /**
     * The tasks of a pass on its operands, and the comparison of what they leave with double arithmetic.
     *
     * @param tasks adds the tasks to a stage, through the same calls that models use
     */
    public record Work(Consumer<Stage> tasks, Consumer<Expectation> check) {}

    /** A size for people: 8192 x 768. */
    public static String shape(int... size) {
        return Arrays.stream(size).mapToObj(Integer::toString).collect(Collectors.joining(" x "));
    }

    Pass pass(String wanted) {
        return passes.stream()
                .filter(p -> p.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " has no pass " + wanted));
    }
}
