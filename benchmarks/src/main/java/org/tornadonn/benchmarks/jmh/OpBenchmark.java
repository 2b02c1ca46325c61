package org.tornadonn.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tornadonn.benchmarks.measure.OpRun;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import org.tornadonn.examples.DeviceChoice;

/**
 * One launch of an op at a size of a model's, through a plan, as a program waits for it; beside it its {@link Parts}. The set-up fails
 * unless the op is right.
 *
 * <p>After {@code ./setup.sh build}: {@code java -cp "benchmarks/target/*:benchmarks/target/lib/*:examples/target/*:examples/target/lib/*"
 * org.openjdk.jmh.Main OpBenchmark}, with {@code -p op=dyt} for one op, {@code -p device=1} for another device.
 *
 * <p>Three processes, because PoCL's threads and the memory's layout differ from one to the next more than within one; the time per
 * iteration is that of tens of launches of the slowest op.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class OpBenchmark {
    /** Launches whose kernels are timed before an iteration. */
    private static final int KERNELS = 10;

    /** Of {@link OpList}. */
    @Param({
        "layernorm",
        "rmsnorm",
        "dyt",
        "derf",
        "softmax",
        "gelu",
        "bias",
        "matmul",
        "linear",
        "batchedmatmul",
        "attention",
        "causalattention",
        "depthwise",
        "layerscale",
        "droppath",
        "dropout",
        "mix",
        "patches",
        "tokens",
        "pool",
        "crossentropy",
        "accumulate",
        "gradientnorm",
        "adamw",
        "layernorm-float16",
        "rmsnorm-float16",
        "dyt-float16",
        "matmul-float16",
        "layernorm-bfloat16",
        "rmsnorm-bfloat16",
        "dyt-bfloat16",
        "matmul-bfloat16"
    })
    public String op;

    /** Which of the op's passes, from 0; those that an op does not have repeat its last. */
    @Param({"0", "1"})
    public int pass;

    /** QUICK: the first size of a quick run. TINY is for tests. */
    @Param("QUICK")
    public String effort;

    /** Empty for the default device. */
    @Param("")
    public String device;

    /** What a launch is not, and what of it is the kernels. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Parts {
        /** To compile; few where the driver keeps programs from one process to the next, as PoCL does. */
        public double compileMillis;

        /** Of the first launch, with the transfer of the inputs. */
        public double firstMillis;

        /** Of the kernels of a launch, on the device. */
        public double kernelMicros;
    }

    private OpRun run;
    private double kernelMicros;

    @Setup(Level.Trial)
    public void prepare() {
        Op chosen = OpList.of(op);
        Op.Pass direction = chosen.passes().get(Math.min(pass, chosen.passes().size() - 1));
        int[] size = chosen.sizes().of(Op.Effort.valueOf(effort)).getFirst();
        run = new OpRun(DeviceChoice.of(device.isEmpty() ? null : device), direction, size);
    }

    @Setup(Level.Iteration)
    public void kernel() {
        kernelMicros = run.timing(KERNELS).device() / 1000;
    }

    @Benchmark
    public void launch(Parts parts) {
        parts.compileMillis = run.compileMillis();
        parts.firstMillis = run.firstMillis();
        parts.kernelMicros = kernelMicros;
        run.execute();
    }

    @TearDown(Level.Trial)
    public void close() {
        run.close();
    }
}
