package org.tornadonn.benchmarks.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.benchmarks.measure.OpRun;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.measure.Sampling;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Every entry, in all directions, on every device, the IR interpreter too: right, and timed. */
class OpListTest {
    static Stream<Arguments> cases() {
        return DeviceChoice.all().stream()
                .flatMap(d -> OpList.ALL.stream()
                        .flatMap(o -> o.passes().stream().map(p -> Arguments.of(o.name(), p.name(), d))));
    }

    @ParameterizedTest(name = "{0} {1} on {2}")
    @MethodSource("cases")
    void isRightAndTimed(String name, String direction, TornadoDevice device) {
        Op op = OpList.of(name);
        Op.Pass pass = op.pass(direction);
        for (int[] size : op.sizes().tiny()) {
            try (OpRun run = new OpRun(device, pass, size)) {
                Sampling sampling = run.sample(Pace.of(Op.Effort.TINY));
                assertEquals(2, sampling.wall().size());
                assertTrue(sampling.wall().stream().allMatch(t -> t > 0));
                assertTrue(run.firstMillis() > 0);
            }
        }
    }

    @Test
    void statementsDoNotOverflow() {
        for (Op op : OpList.ALL) {
            for (Op.Pass pass : op.passes()) {
                for (int[] size : op.sizes().full()) {
                    int[] large = size.clone();
                    large[0] = Integer.MAX_VALUE / 2;
                    assertTrue(pass.bytes().applyAsLong(large) > pass.bytes().applyAsLong(size));
                    // Patches are only moved.
                    assertTrue(op.name().equals("patches")
                            || pass.operations().applyAsLong(large)
                                    > pass.operations().applyAsLong(size));
                }
            }
        }
    }

    @Test
    void whatIsWrongIsNotTimed() {
        Op.Pass right = PointwiseOp.DYT.pass("forward");
        Op.Pass wrong = new Op.Pass("wrong", right.bytes(), right.operations(), (o, size) -> {
            Op.Work work = right.work().apply(o, size);
            Slice one = Slice.of(FloatArray.fromElements(1f));
            return new Op.Work(work.tasks(), e -> {
                work.check().accept(e);
                e.near("one", one, 0, 2, 1);
            });
        });
        TornadoDevice device = DeviceChoice.all().getLast();
        OpRun.WrongException refused =
                assertThrows(OpRun.WrongException.class, () -> new OpRun(device, wrong, new int[] {3, 17}));
        assertTrue(refused.getMessage().startsWith("one[0] is 1"), refused.getMessage());
    }

    @Test
    void expectationsCanFail() {
        Slice values = Slice.of(FloatArray.fromElements(1f, 2f, Float.NaN, 4f));
        Expectation good = new Expectation();
        good.near("v", values, 0, 1 + 1e-7, 1);
        good.near("v", values, 3, 4, 1);
        assertNull(good.fault());
        assertEquals("nothing was compared", new Expectation().fault());
        for (int wrong : new int[] {1, 2}) {
            Expectation bad = new Expectation();
            bad.near("v", values, 0, 1, 1);
            bad.near("v", values, wrong, 2.001, 1);
            assertTrue(bad.fault().startsWith("v[" + wrong + "] is"), bad.fault());
        }
        Expectation fixed = new Expectation();
        fixed.within("v", values, 1, 2.1, 0.05);
        assertNotNull(fixed.fault());
        assertArrayEquals(new int[] {0, 1}, new Expectation().some(2));
    }
}
