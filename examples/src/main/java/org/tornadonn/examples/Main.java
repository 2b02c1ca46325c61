package org.tornadonn.examples;

import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: {@code tornado-nn devices | models | train | paper | eval | predict | onnx}, and each {@link Subcommand} on the class path. */
@Command(
        name = "tornado-nn",
        mixinStandardHelpOptions = true,
        version = "tornado-nn 0.1.0",
        description =
                "Deep learning in Java on any accelerator: vision transformers and ConvNeXts with LayerNorm or Dynamic Tanh.",
        footer = {
            "",
            "--engine embedded|sdk, anywhere, chooses the engine: that of this project, or",
            "the TornadoVM SDK that TORNADOVM_HOME names. The default is sdk where it is",
            "set. On the embedded engine --export FOLDER writes all kernels of the command",
            "as OpenCL C, and --prebuilt FOLDER takes them as binaries: docs/fpga.md."
        },
        subcommands = {
            DevicesCommand.class,
            ModelsCommand.class,
            TrainCommand.class,
            PaperCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            OnnxCommand.class
        })
public final class Main {
    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "On failure, show where in the program it happened.")
    boolean stacktrace;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Exit code 0, or 1 for a failure and 2 for wrong usage, with a message on standard error. */
    public static int run(String... args) {
        Main main = new Main();
        try {
            return execute(main, args);
        } catch (Error e) {
            // TornadoVM reports some kernels that it cannot compile as errors.
            return failed(main, e);
        }
    }

    private static int failed(Main main, Throwable e) {
        System.err.println("\n" + Failure.explain(e));
        if (main.stacktrace) {
            e.printStackTrace();
        }
        return 1;
    }

    private static int execute(Main main, String... args) {
        CommandLine commands = new CommandLine(main);
        ServiceLoader.load(Subcommand.class).forEach(commands::addSubcommand);
        return commands.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, _, _) -> failed(main, e))
                .execute(args);
    }
}
