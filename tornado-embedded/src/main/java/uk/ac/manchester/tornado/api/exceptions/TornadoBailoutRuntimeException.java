package uk.ac.manchester.tornado.api.exceptions;

/** A kernel that cannot be compiled. */
public final class TornadoBailoutRuntimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TornadoBailoutRuntimeException(String message) {
        super(message);
    }
}
