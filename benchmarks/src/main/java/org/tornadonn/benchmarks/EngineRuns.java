package org.tornadonn.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tornadonn.benchmarks.report.ComparisonTable;
import org.tornadonn.benchmarks.report.HtmlReport;
import org.tornadonn.benchmarks.result.Comparison;
import org.tornadonn.benchmarks.result.EnginePlan;
import org.tornadonn.benchmarks.result.EngineRun;
import org.tornadonn.benchmarks.result.ResultFolder;
import org.tornadonn.benchmarks.result.Results;
import org.tornadonn.nn.UserException;

/**
 * The same benchmark on several engines, one after the other. An engine cannot change inside a JVM, so each has a process of its own
 * and a folder of its own in that of the run. What is there when the run is stopped stays, and the run goes on from there.
 */
final class EngineRuns {
    /** The launcher's path, which it tells its JVM. */
    private static final String LAUNCHER = "tornado-nn.launcher";

    /** Runs tornado-nn with arguments and returns its exit code. */
    interface Launcher {
        int launch(List<String> arguments);
    }

    private final Path folder;
    private final Launcher launcher;

    EngineRuns(Path folder, Launcher launcher) {
        this.folder = folder;
        this.launcher = launcher;
    }

    /**
     * The engines that --engines names.
     *
     * @param sdk the folder of the TornadoVM SDK, or null
     */
    static List<String> engines(List<String> wanted, String sdk) {
        Set<String> engines = new LinkedHashSet<>();
        for (String engine : wanted) {
            switch (engine) {
                case "all" -> {
                    engines.add("embedded");
                    if (sdk == null) {
                        System.out.println("TORNADOVM_HOME is not set: all engines are the embedded one.");
                    } else {
                        engines.add("sdk");
                    }
                }
                case "embedded" -> engines.add(engine);
                case "sdk" -> {
                    if (sdk == null) {
                        throw new UserException(
                                "The engine sdk needs TORNADOVM_HOME. Set it to a TornadoVM SDK, or get one:"
                                        + " ./setup.sh --with-tornadovm");
                    }
                    engines.add(engine);
                }
                default ->
                    throw new UserException(
                            "There is no engine " + engine + ". The engines are embedded and sdk, and all for both.");
            }
        }
        return List.copyOf(engines);
    }

    /** The exit code of a new run. */
    int begin(EnginePlan plan) {
        if (!start(plan)) {
            return 1;
        }
        plan.create(folder);
        return run(plan);
    }

    /** The exit code of a run that was begun before. */
    int resume() {
        EnginePlan plan = EnginePlan.read(folder);
        return start(plan) ? run(plan) : 1;
    }

    /** Whether every engine starts here; it lists its devices, or says what it lacks before another has run for minutes. */
    private boolean start(EnginePlan plan) {
        return plan.engines().stream().allMatch(e -> launcher.launch(List.of("--engine", e, "devices")) == 0);
    }

    private int run(EnginePlan plan) {
        boolean right = true;
        List<EngineRun> runs = new ArrayList<>();
        for (String engine : plan.engines()) {
            Path own = folder.resolve(engine);
            List<String> arguments = new ArrayList<>(List.of("--engine", engine, "bench"));
            if (ResultFolder.in(own)) {
                arguments.addAll(List.of("--resume", own.toString()));
            } else {
                arguments.addAll(plan.options());
                arguments.addAll(List.of("--out", own.toString()));
            }
            System.out.println();
            right &= launcher.launch(arguments) == 0;
            if (!ResultFolder.in(own)) {
                // It has said why it cannot begin, and the next could not either.
                break;
            }
            runs.add(ResultFolder.resume(own).results());
        }
        if (!runs.isEmpty()) {
            report(new Results(runs), folder);
        }
        return right ? 0 : 1;
    }

    /** Writes results.json and report.html, and prints what can be compared. */
    static void report(Results results, Path folder) {
        Path json = folder.resolve("results.json");
        Path html = folder.resolve("report.html");
        results.write(json);
        HtmlReport.write(results, html);
        if (results.runs().size() > 1) {
            System.out.print("\n" + ComparisonTable.of(Comparison.of(List.of(results))));
        }
        System.out.println("\nResults: " + json + "   Report: " + html);
    }

    /** A process of the launcher that started this one, on the same terminal, ended with this process. */
    static Launcher processes() {
        String path = Optional.ofNullable(System.getProperty(LAUNCHER))
                .orElseThrow(
                        () -> new UserException(
                                "--engines starts a process for each engine by the launcher. Run it as: ./tornado-nn bench --engines ..."));
        return arguments -> {
            List<String> command = new ArrayList<>(List.of(path));
            command.addAll(arguments);
            try {
                Process process = new ProcessBuilder(command).inheritIO().start();
                Thread end = new Thread(process::destroy);
                Runtime.getRuntime().addShutdownHook(end);
                int code = process.waitFor();
                Runtime.getRuntime().removeShutdownHook(end);
                return code;
            } catch (IOException e) {
                throw new UserException(path + " cannot be started: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 1;
            }
        };
    }
}
