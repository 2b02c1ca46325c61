package org.tornadonn.engine.read;

/** A kernel uses what the engine does not take; nothing runs in its place. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Refusal refusal;

    /**
     * @param place Class.method, with the source line where known
     * @param detail the offending name
     */
    public RefusedException(Refusal refusal, String place, String detail) {
        super("Kernel " + place + " uses " + refusal.what() + (detail.isEmpty() ? "" : " (" + detail + ")") + "; "
                + refusal.remedy() + ".");
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
