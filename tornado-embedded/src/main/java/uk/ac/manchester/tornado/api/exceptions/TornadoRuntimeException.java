package uk.ac.manchester.tornado.api.exceptions;

/** A fault in how the API is used, or of the device. */
public class TornadoRuntimeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TornadoRuntimeException(String message) {
        super(message);
    }
}
