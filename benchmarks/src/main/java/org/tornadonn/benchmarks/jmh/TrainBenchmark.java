package org.tornadonn.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
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
import org.tornadonn.benchmarks.measure.TrainingSetting;
import org.tornadonn.benchmarks.measure.TrainingStep;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.nn.Norm;

/** One step of training a ViT, with each norm; runs like {@link OpBenchmark}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class TrainBenchmark {
    @Param({"LAYER_NORM", "DYT"})
    public Norm norm;

    @Param("FULL")
    public String effort;

    /** Empty for the default device. */
    @Param("")
    public String device;

    private TrainingStep step;

    @Setup(Level.Trial)
    public void prepare() {
        step = new TrainingStep(
                DeviceChoice.of(device.isEmpty() ? null : device),
                TrainingSetting.vit(Op.Effort.valueOf(effort), norm));
    }

    @Benchmark
    public float step() {
        return step.train();
    }

    @TearDown(Level.Trial)
    public void close() {
        step.close();
    }
}
