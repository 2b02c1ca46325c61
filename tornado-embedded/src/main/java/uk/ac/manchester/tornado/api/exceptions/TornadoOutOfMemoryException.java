package uk.ac.manchester.tornado.api.exceptions;

/** The device has not enough memory. */
public final class TornadoOutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TornadoOutOfMemoryException(String message) {
        super(message);
    }
}
