package org.tornadonn.benchmarks.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadonn.benchmarks.measure.OpRun;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.measure.Sampling;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.kernels.DType;
import org.tornadonn.kernels.Slice;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
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
        assumeTrue(OpList.usual().contains(op), "on an SDK few devices take tensors in 16 bits");
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
                for (int[] size : Stream.concat(op.sizes().full().stream(), op.sizes().large().stream())
                        .toList()) {
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
    void aLargeGpuHasLargerSizesToo() {
        TornadoDevice gpu = described(TornadoDeviceType.GPU, 80L << 30);
        Op.Sizes sizes = OpList.of("layernorm").sizes();
        int[] largest = sizes.of(Op.Effort.QUICK, gpu).getLast();
        assertArrayEquals(new int[] {65536, 1024}, largest);
        assertEquals(sizes.quick().size() + 1, sizes.of(Op.Effort.QUICK, gpu).size());
        assertEquals(sizes.tiny(), sizes.of(Op.Effort.TINY, gpu));
        assertEquals(sizes.full(), sizes.of(Op.Effort.FULL, described(TornadoDeviceType.GPU, 4L << 30)));
        assertEquals(sizes.full(), sizes.of(Op.Effort.FULL, described(TornadoDeviceType.CPU, 80L << 30)));
        List<Duel> duels = Duel.all(Op.Effort.QUICK, gpu);
        assertTrue(duels.stream().anyMatch(d -> d.op().equals("dyt") && d.rows() == 65536));
        assertTrue(duels.stream().allMatch(d -> d.bytes() > 0 && d.operations() > 0));
    }

    private static TornadoDevice described(TornadoDeviceType type, long memory) {
        return (TornadoDevice) Proxy.newProxyInstance(
                TornadoDevice.class.getClassLoader(),
                new Class<?>[] {TornadoDevice.class},
                (_, method, _) -> switch (method.getName()) {
                    case "getDeviceType" -> type;
                    case "getMaxGlobalMemory" -> memory;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void whatIsWrongIsNotTimed() {
        Op.Pass right = PointwiseOp.dyt(DType.FLOAT32).pass("forward");
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
