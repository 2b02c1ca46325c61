package org.tornadonn.examples;

import org.tornadonn.nn.Engine;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/** What went wrong, in a sentence or two with the remedy. */
final class Failure {
    private static final String SMALLER = "Use a smaller batch, width or depth.";

    private Failure() {}

    static String explain(Throwable e) {
        return switch (e) {
            case OutOfMemoryError _ ->
                "This computer has not enough memory for that (" + e.getMessage() + "). " + SMALLER
                        + " Images are kept in memory at the model's size: where they are too many, take smaller ones (--image-size) or"
                        + " give the JVM more (JAVA_TOOL_OPTIONS=-Xmx...).";
            case TornadoOutOfMemoryException _ -> firstLine(e) + " " + SMALLER;
            case ExceptionInInitializerError _, UnsatisfiedLinkError _ ->
                Engine.name() + " could not start (" + firstLine(cause(e))
                        + "). Check the driver of the device, and that the SDK is whole and has the device's backend.";
            case LinkageError _ ->
                Engine.name() + " lacks what tornado-nn uses (" + firstLine(e) + "). TornadoVM 5.2 or newer is needed.";
            default -> {
                String name = e.getClass().getSimpleName();
                // Classes of the SDK only; which of the two it is depends on the step of its compiler that gives up.
                if (name.equals("TornadoBailoutRuntimeException") || name.equals("TornadoInternalError")) {
                    yield Engine.name() + " could not compile a kernel (" + firstLine(e)
                            + "), and nothing was run in its place. --engine embedded runs without the SDK;"
                            + " --stacktrace shows the place.";
                }
                yield e.getMessage() == null ? e.toString() : e.getMessage();
            }
        };
    }

    private static Throwable cause(Throwable e) {
        return e.getCause() == null ? e : cause(e.getCause());
    }

    /** The first line of the message, without the colours of a terminal. */
    private static String firstLine(Throwable e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.replaceAll("\u001b\\[[0-9;]*m", "")
                .strip()
                .lines()
                .findFirst()
                .orElse("");
    }
}
