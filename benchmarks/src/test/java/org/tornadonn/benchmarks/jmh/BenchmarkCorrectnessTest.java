package org.tornadonn.benchmarks.jmh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Param;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;

/** Each JMH benchmark's body once; its set-up compares with double arithmetic. */
class BenchmarkCorrectnessTest {
    @Test
    void everyOp() throws NoSuchFieldException {
        String[] ops =
                OpBenchmark.class.getField("op").getAnnotation(Param.class).value();
        assertArrayEquals(OpList.ALL.stream().map(Op::name).toArray(), ops, "the parameters are the list of ops");
        for (String op : OpList.usual().stream().map(Op::name).toList()) {
            for (int pass = 0; pass < 3; pass++) {
                OpBenchmark benchmark = new OpBenchmark();
                benchmark.op = op;
                benchmark.pass = pass;
                benchmark.effort = "TINY";
                benchmark.device = "";
                benchmark.prepare();
                benchmark.kernel();
                OpBenchmark.Parts parts = new OpBenchmark.Parts();
                benchmark.launch(parts);
                assertTrue(parts.kernelMicros > 0 && parts.firstMillis > parts.kernelMicros / 1000, op);
                benchmark.close();
            }
        }
        OpBenchmark unknown = new OpBenchmark();
        unknown.op = "nonesuch";
        assertThrows(UserException.class, unknown::prepare);
    }

    @ParameterizedTest
    @EnumSource
    void training(Norm norm) {
        TrainBenchmark benchmark = new TrainBenchmark();
        benchmark.norm = norm;
        benchmark.effort = "TINY";
        benchmark.device = "";
        benchmark.prepare();
        assertTrue(benchmark.step() < Math.log(10));
        benchmark.close();
    }
}
