package uk.ac.manchester.tornado.api.exceptions;

/** A memory limit set by the user was exceeded. */
public final class TornadoMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TornadoMemoryException(String message) {
        super(message);
    }
}
