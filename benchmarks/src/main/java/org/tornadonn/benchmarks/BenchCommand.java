package org.tornadonn.benchmarks;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tornadonn.benchmarks.measure.Machine;
import org.tornadonn.benchmarks.op.Op;
import org.tornadonn.benchmarks.op.OpList;
import org.tornadonn.benchmarks.peer.Contenders;
import org.tornadonn.benchmarks.peer.Peer;
import org.tornadonn.benchmarks.report.ComparisonTable;
import org.tornadonn.benchmarks.report.MarkdownReport;
import org.tornadonn.benchmarks.report.NormPairs;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.EnginePlan;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.ResultFolder;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.benchmarks.result.RunRecord;
import org.tornadonn.examples.DeviceChoice;
import org.tornadonn.examples.Subcommand;
import org.tornadonn.nn.Engine;
import org.tornadonn.nn.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** Measures devices, ops and training steps; compares runs; writes reports. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure what the devices can do at most, then every op and whole training steps against that.",
            "Each op is compared with double arithmetic before it is timed."
        },
        footer = {
            "",
            "A run writes results.json and report.html, and results.jsonl while it goes on; stop it with Ctrl-C and go on"
                    + " with --resume, with --engines too. ./setup.sh bench --peers also builds the other libraries' module."
        })
public final class BenchCommand implements Subcommand, Callable<Integer> {
    /** The Python whose PyTorch is a peer. */
    private static final String PYTHON = "python3";

    @Option(
            names = "--ops",
            paramLabel = "OP",
            split = ",",
            completionCandidates = OpNames.class,
            description = "Of: ${COMPLETION-CANDIDATES}; by default all, on an SDK but those in 16 bits.")
    List<String> ops;

    @Option(
            names = "--devices",
            paramLabel = "NUMBER|NAME|TYPE|BACKEND",
            split = ",",
            description =
                    "As tornado-nn devices lists them, or all; by default all but the IR interpreter, which gets tiny"
                            + " sizes.")
    List<String> devices;

    @Option(
            names = "--engines",
            paramLabel = "embedded|sdk|all",
            split = ",",
            description =
                    "Run each of these engines in a process of its own and put the results side by side; all are both where"
                            + " TORNADOVM_HOME is set. By default the engine of this process.")
    List<String> engines;

    @Option(names = "--quick", description = "Fewer sizes and samples: about a minute on two cores.")
    boolean quick;

    @Option(names = "--tiny", hidden = true, description = "Sizes of tests.")
    boolean tiny;

    @Option(names = "--peers", description = "Also run other libraries on the same work, in turns with ours.")
    boolean peers;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Run folder; by default runs/bench- and the time.")
    Path out;

    @Option(names = "--resume", paramLabel = "FOLDER", description = "Go on with a run that was stopped.")
    Path resume;

    @Option(
            names = "--compare",
            paramLabel = "FILE|FOLDER",
            arity = "2..*",
            description =
                    "Put finished runs side by side, the first as the measure, and mark what is slower beyond noise.")
    List<Path> compare;

    @Option(names = "--docs", description = "Write docs/results.md from docs/results/bench-*.json.")
    boolean docs;

    /** The names that --ops takes. */
    static final class OpNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(OpList.ALL.stream().map(Op::name), Stream.of(BenchRun.TRAIN))
                    .iterator();
        }
    }

    @Override
    public Integer call() {
        if (compare != null) {
            System.out.print(ComparisonTable.of(
                    Comparison.of(compare.stream().map(Results::read).toList())));
            return 0;
        }
        if (docs) {
            System.out.println("Written: " + MarkdownReport.write(Path.of("docs")));
            return 0;
        }
        if (engines != null && resume == null) {
            EnginePlan plan = new EnginePlan(EngineRuns.engines(engines, System.getenv("TORNADOVM_HOME")), options());
            return new EngineRuns(folder(), EngineRuns.processes()).begin(plan);
        }
        if (resume != null) {
            refuseOptions();
            if (EnginePlan.in(resume)) {
                return new EngineRuns(resume, EngineRuns.processes()).resume();
            }
        }
        return measure();
    }

    private int measure() {
        ResultFolder before = resume == null ? null : again();
        RunRecord run = before == null ? record() : before.run();
        Map<Integer, TornadoDevice> chosen = new TreeMap<>();
        List<TornadoDevice> all = DeviceChoice.all();
        for (int index : run.devices()) {
            chosen.put(index, all.get(index));
        }
        TornadoDevice first = all.get(run.devices().getFirst());
        List<Peer> contenders = run.peers() ? Contenders.beside(first, PYTHON, System.out::println) : List.of();
        try {
            return measure(before == null ? ResultFolder.create(folder(), run) : before, chosen, contenders);
        } finally {
            contenders.forEach(Peer::close);
        }
    }

    private int measure(ResultFolder folder, Map<Integer, TornadoDevice> chosen, List<Peer> contenders) {
        System.out.println("Engine: " + Engine.name() + "   Run folder: " + folder.folder());
        if (resume == null && folder.run().busy()) {
            System.out.printf(
                    "Other programs keep this machine busy (load %.1f on %d processors): times will be too long and noisy.%n",
                    folder.run().load(), folder.run().cores());
        }
        boolean right = new BenchRun(folder, chosen, contenders, System.out).run();
        EngineRun results = folder.results();
        results.devices().forEach(device -> System.out.print(NormPairs.text(results, device.index())));
        EngineRuns.report(new Results(List.of(results)), folder.folder());
        return right ? 0 : 1;
    }

    private RunRecord record() {
        Set<String> wanted = new LinkedHashSet<>();
        if (ops == null) {
            OpList.usual().forEach(o -> wanted.add(o.name()));
            if (OpList.usual().size() < OpList.ALL.size()) {
                System.out.println(
                        "Tensors in 16 bits are left out on an SDK, few of whose devices take them; --ops measures them.");
            }
            wanted.add(BenchRun.TRAIN);
        } else {
            for (String op : ops) {
                wanted.add(
                        op.equalsIgnoreCase(BenchRun.TRAIN)
                                ? BenchRun.TRAIN
                                : OpList.of(op).name());
            }
        }
        Op.Effort effort = tiny ? Op.Effort.TINY : quick ? Op.Effort.QUICK : Op.Effort.FULL;
        return new RunRecord(
                RunRecord.FORMAT,
                "./tornado-nn --engine " + RunRecord.engineOption(Engine.name()) + " bench"
                        + options().stream().map(o -> " " + o).collect(Collectors.joining()),
                LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")),
                Machine.version(),
                Machine.commit(),
                Machine.os(),
                Machine.cpu(),
                Runtime.getRuntime().availableProcessors(),
                Math.round(10 * Machine.load()) / 10.0,
                Machine.jdk(),
                Engine.name(),
                effort.name(),
                peers,
                List.copyOf(wanted),
                indices());
    }

    private Path folder() {
        return out != null
                ? out
                : Path.of(
                        "runs",
                        "bench-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss")));
    }

    /** The options that say what is measured. */
    private List<String> options() {
        List<String> options = new ArrayList<>();
        if (ops != null) {
            options.addAll(List.of("--ops", String.join(",", ops)));
        }
        if (devices != null) {
            options.addAll(List.of("--devices", String.join(",", devices)));
        }
        if (tiny || quick) {
            options.add(tiny ? "--tiny" : "--quick");
        }
        if (peers) {
            options.add("--peers");
        }
        return options;
    }

    private void refuseOptions() {
        if (!options().isEmpty() || engines != null || out != null) {
            throw new UserException(
                    "--resume goes on with the engines, ops, devices and sizes that the run began with; leave the"
                            + " other options out.");
        }
    }

    private ResultFolder again() {
        ResultFolder folder = ResultFolder.resume(resume);
        RunRecord run = folder.run();
        List<TornadoDevice> all = DeviceChoice.all();
        boolean same = run.engine().equals(Engine.name())
                && run.cpu().equals(Machine.cpu())
                && run.devices().stream().allMatch(i -> i < all.size())
                && folder.results().devices().stream()
                        .allMatch(d -> d.name().equals(DeviceChoice.name(all.get(d.index()))));
        if (!same) {
            throw new UserException(resume + " was begun on another machine, device or engine (" + run.engine() + " on "
                    + run.cpu() + "). Go on there, or begin a new run.");
        }
        return folder;
    }

    private List<Integer> indices() {
        List<TornadoDevice> all = DeviceChoice.all();
        Set<Integer> chosen = new LinkedHashSet<>();
        if (devices == null) {
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).getTornadoVMBackend() != TornadoVMBackendType.VIRTUAL) {
                    chosen.add(i);
                }
            }
            if (chosen.isEmpty()) {
                // Says what to install.
                DeviceChoice.of(null);
            }
        } else {
            for (String wish : devices) {
                if (wish.toLowerCase(Locale.ROOT).equals("all")) {
                    for (int i = 0; i < all.size(); i++) {
                        chosen.add(i);
                    }
                } else {
                    chosen.add(all.indexOf(DeviceChoice.of(wish)));
                }
            }
        }
        return new ArrayList<>(chosen).stream().sorted().toList();
    }
}
