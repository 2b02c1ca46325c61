package uk.ac.manchester.tornado.api.exceptions;

/** No such device; the message says what to install or choose. */
public final class TornadoDeviceNotFound extends TornadoRuntimeException {
    private static final long serialVersionUID = 1L;

    public TornadoDeviceNotFound(String message) {
        super(message);
    }
}
