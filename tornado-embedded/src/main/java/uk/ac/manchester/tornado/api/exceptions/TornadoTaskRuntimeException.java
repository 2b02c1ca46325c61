package uk.ac.manchester.tornado.api.exceptions;

/** A task graph that cannot be built. */
public final class TornadoTaskRuntimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TornadoTaskRuntimeException(String message) {
        super(message);
    }
}
