package org.tornadonn.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: {@code tornado-nn devices | train | eval}. */
@Command(
        name = "tornado-nn",
        mixinStandardHelpOptions = true,
        version = "tornado-nn 0.1.0",
        description = "Deep learning in Java on any accelerator: vision transformers with LayerNorm or Dynamic Tanh.",
        subcommands = {DevicesCommand.class, TrainCommand.class, EvalCommand.class})
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
    static int run(String... args) {
        Main main = new Main();
        try {
            return execute(main, args);
        } catch (OutOfMemoryError e) {
            System.err.println("\nThis computer has not enough memory for that (" + e.getMessage()
                    + "). Use a smaller batch, width or depth.");
            return 1;
        }
    }

    private static int execute(Main main, String... args) {
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, _, _) -> {
                    String message = e.getMessage() == null ? e.toString() : e.getMessage();
                    System.err.println("\n" + message);
                    if (main.stacktrace) {
                        e.printStackTrace();
                    }
                    return 1;
                })
                .execute(args);
    }
}
