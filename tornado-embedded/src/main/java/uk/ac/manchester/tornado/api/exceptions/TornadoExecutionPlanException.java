package uk.ac.manchester.tornado.api.exceptions;

/** A plan that cannot be executed or closed. */
public final class TornadoExecutionPlanException extends Exception {
    private static final long serialVersionUID = 1L;

    public TornadoExecutionPlanException(String message) {
        super(message);
    }
}
