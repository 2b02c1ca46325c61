package org.tornadonn.engine.interpret;

/** A kernel did what no device may be trusted with: it left an array, read what nobody wrote, or raced. */
public final class KernelFaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KernelFaultException(String message) {
        super(message);
    }
}
