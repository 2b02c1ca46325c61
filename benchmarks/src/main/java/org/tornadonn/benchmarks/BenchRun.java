package org.tornadonn.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.tornadonn.benchmarks.measure.Machine;
import org.tornadonn.benchmarks.measure.OpRun;
import org.tornadonn.benchmarks.measure.Pace;
import org.tornadonn.benchmarks.measure.PeakRates;
import org.tornadonn.benchmarks.measure.Sampling;
import org.tornadonn.benchmarks.measure.TrainingSetting;
import org.tornadonn.benchmarks.measure.TrainingStep;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import org.tornadonn.benchmarks.peer.Duel;
import org.tornadonn.benchmarks.peer.OurSide;
import org.tornadonn.benchmarks.peer.Peer;
import org.tornadonn.benchmarks.peer.Rounds;
import org.tornadonn.benchmarks.report.ConsoleTable;
import org.tornadonn.benchmarks.report.Figures;
import org.tornadonn.benchmarks.result.DeviceRecord;
import org.tornadonn.benchmarks.result.Measurement;
import org.tornadonn.benchmarks.result.Peaks;
import org.tornadonn.benchmarks.result.ResultFolder;
import org.tornadonn.kernels.Shape;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** Measures all items of a run that its folder does not have yet, and prints the table meanwhile. */
final class BenchRun {
    /** The name of the training steps among the ops. */
    static final String TRAIN = "train";

    private final ResultFolder folder;
    private final Map<Integer, TornadoDevice> devices;
    private final List<Peer> peers;
    private final PrintStream out;

    /** One row to come. */
    private record Item(
            String op, String pass, String shape, long bytes, long operations, int images, Supplier<Timed> measure) {}

    private record Timed(
            Double compileMillis, Double firstMillis, Sampling sampling, Long deviceBytes, Long processBytes) {}

    BenchRun(ResultFolder folder, Map<Integer, TornadoDevice> devices, List<Peer> peers, PrintStream out) {
        this.folder = folder;
        this.devices = devices;
        this.peers = peers;
        this.out = out;
    }

    /** Whether every op ran and was right. */
    boolean run() {
        devices.forEach(this::device);
        if (folder.run().peers()) {
            duels();
        }
        return folder.results().measurements().stream().noneMatch(Measurement::faulty);
    }

    /** The IR interpreter, and whatever else only pretends to be a device, gets the sizes of tests. */
    private Op.Effort effort(TornadoDevice device) {
        boolean virtual = device.getTornadoVMBackend() == TornadoVMBackendType.VIRTUAL;
        return virtual ? Op.Effort.TINY : Op.Effort.valueOf(folder.run().effort());
    }

    private void device(int index, TornadoDevice device) {
        Op.Effort effort = effort(device);
        DeviceRecord record = folder.device(index).orElseGet(() -> {
            DeviceRecord measured = new DeviceRecord(
                    index,
                    device.getTornadoVMBackend().name(),
                    device.getDeviceType().name(),
                    device.getPhysicalDevice().getDeviceName(),
                    device.getPlatformName(),
                    Shape.of(device).name().toLowerCase(Locale.ROOT),
                    Machine.driver(device),
                    device.getPhysicalDevice().getDeviceMaxComputeUnits(),
                    device.getMaxGlobalMemory(),
                    peaks(index, device, effort));
            folder.add(measured);
            return measured;
        });
        out.println("\n" + Figures.device(record) + "\n" + Figures.peaks(record) + "\n");
        List<Item> items = items(device, effort);
        ConsoleTable table = new ConsoleTable(out, items.size());
        table.head();
        for (Item item : items) {
            Measurement empty = measurement(index, item, null, "not measured");
            if (folder.has(empty.key())) {
                table.skip();
                continue;
            }
            table.begin(item.op(), item.pass(), item.shape());
            Measurement measured = measure(index, item);
            table.end(measured, folder.device(index));
            folder.add(measured);
        }
    }

    /** The device's peaks, or null and a row that says why there are none. */
    private Peaks peaks(int index, TornadoDevice device, Op.Effort effort) {
        try {
            return PeakRates.measure(
                    device, effort, what -> out.println("device " + index + ": measuring " + what + " ..."));
        } catch (RuntimeException | Error e) {
            folder.add(measurement(index, new Item("peaks", "", "", 0, 0, 0, null), null, failure(e)));
            return null;
        }
    }

    /** Whatever the engine does with one item, the run goes on: TornadoVM reports some kernels that it cannot compile as errors. */
    private static Measurement measure(int index, Item item) {
        try {
            return measurement(index, item, item.measure().get(), null);
        } catch (RuntimeException | Error e) {
            return measurement(index, item, null, failure(e));
        }
    }

    private static String failure(Throwable e) {
        if (e instanceof OutOfMemoryError) {
            return Measurement.NO_MEMORY;
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        String line = message.lines().findFirst().orElse(e.toString());
        return e instanceof OpRun.WrongException ? "WRONG: " + line : line;
    }

    private static Measurement measurement(int index, Item item, Timed timed, String failure) {
        return new Measurement(
                index,
                Measurement.OURS,
                item.op(),
                item.pass(),
                item.shape(),
                item.bytes(),
                item.operations(),
                item.images(),
                timed == null ? null : timed.compileMillis(),
                timed == null ? null : timed.firstMillis(),
                timed == null ? List.of() : timed.sampling().kernel(),
                timed == null ? List.of() : timed.sampling().wall(),
                timed == null ? null : timed.deviceBytes(),
                timed == null ? null : timed.processBytes(),
                failure);
    }

    /** Ops with the same ladder of sizes stand together, size by size, so that what competes is measured side by side. */
    private List<Item> items(TornadoDevice device, Op.Effort effort) {
        Map<Op.Sizes, List<Op>> ladders = new IdentityHashMap<>();
        List<Op.Sizes> order = new ArrayList<>();
        for (Op op : OpList.ALL) {
            if (wanted(op.name())) {
                ladders.computeIfAbsent(op.sizes(), s -> {
                            order.add(s);
                            return new ArrayList<>();
                        })
                        .add(op);
            }
        }
        List<Item> items = new ArrayList<>();
        for (Op.Sizes sizes : order) {
            for (int[] size : sizes.of(effort, device)) {
                for (int pass = 0;
                        pass
                                < ladders.get(sizes).stream()
                                        .mapToInt(o -> o.passes().size())
                                        .max()
                                        .orElse(0);
                        pass++) {
                    for (Op op : ladders.get(sizes)) {
                        if (pass < op.passes().size()) {
                            items.add(item(device, effort, op, op.passes().get(pass), size));
                        }
                    }
                }
            }
        }
        if (wanted(TRAIN)) {
            TrainingSetting.all(effort).forEach(setting -> items.add(item(device, effort, setting)));
        }
        return items;
    }

    private boolean wanted(String op) {
        return folder.run().ops().contains(op);
    }

    private static Item item(TornadoDevice device, Op.Effort effort, Op op, Op.Pass pass, int[] size) {
        return new Item(
                op.name(),
                pass.name(),
                Op.shape(size),
                pass.bytes().applyAsLong(size),
                pass.operations().applyAsLong(size),
                0,
                () -> {
                    try (OpRun run = new OpRun(device, pass, size)) {
                        return new Timed(
                                run.compileMillis(), run.firstMillis(), run.sample(Pace.of(effort)), null, null);
                    }
                });
    }

    private static Item item(TornadoDevice device, Op.Effort effort, TrainingSetting setting) {
        return new Item(
                TRAIN,
                setting.config().norm().toString(),
                setting.shape(),
                setting.bytes(),
                setting.operations(),
                setting.batch(),
                () -> {
                    try (TrainingStep step = new TrainingStep(device, setting)) {
                        Sampling sampling = step.sample(Pace.of(effort));
                        return new Timed(null, step.firstMillis(), sampling, step.deviceBytes(), step.processBytes());
                    }
                });
    }

    private void duels() {
        Map.Entry<Integer, TornadoDevice> first =
                new LinkedHashMap<>(devices).entrySet().iterator().next();
        Op.Effort effort = effort(first.getValue());
        List<Peer> contenders = new ArrayList<>();
        contenders.add(new OurSide(first.getValue()));
        contenders.addAll(peers);
        out.println("\nIn turns with other libraries:");
        for (Duel duel : Duel.all(effort, first.getValue())) {
            if (!wanted(duel.op())) {
                continue;
            }
            String pass = duel.pass() + Measurement.BESIDE;
            Item item = new Item(
                    duel.op(),
                    pass,
                    duel.shape(),
                    duel.bytes(),
                    duel.operations(),
                    duel.training() ? duel.setting().batch() : 0,
                    null);
            if (folder.has(measurement(first.getKey(), item, null, "").key())) {
                continue;
            }
            out.println(duel.op() + " " + duel.pass() + " " + duel.shape() + " ...");
            List<Measurement> found = Rounds.play(duel, contenders, Pace.of(effort)).stream()
                    .map(o -> measurement(first.getKey(), item, o))
                    .toList();
            // Ours is written last: it is what says that the duel is done.
            found.reversed().forEach(folder::add);
            for (Measurement m : found) {
                out.printf("    %-36s %s%n", m.contender(), m.failed() ? m.failure() : line(m));
            }
        }
    }

    private static String line(Measurement m) {
        return String.format(
                "%9s ± %-4s  best %9s  %s%s",
                Figures.time(m.time().median()),
                Figures.percent(m.time().spread()),
                Figures.time(m.time().best()),
                m.kernelNanos().isEmpty() ? "" : String.format("wall %9s  ", Figures.wall(m)),
                m.images() > 0 ? Figures.imageRate(m) : "");
    }

    private static Measurement measurement(int device, Item item, Rounds.Outcome o) {
        return new Measurement(
                o.contender().equals(Measurement.OURS) ? device : -1,
                o.contender(),
                item.op(),
                item.pass(),
                item.shape(),
                item.bytes(),
                item.operations(),
                item.images(),
                null,
                Double.isNaN(o.firstMillis()) ? null : o.firstMillis(),
                o.sampling().kernel(),
                o.sampling().wall(),
                null,
                null,
                o.failure());
    }
}
